using Wharf.Daemon.Images;

namespace Wharf.Daemon.Tests.Images;

public sealed class KeyedLockTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lets_one_in_for_each_key()
    {
        var locks = new KeyedLock();
        using IDisposable first = await locks.EnterAsync("a", Cancellation);

        using (await locks.EnterAsync("b", Cancellation))
        {
        }

        Task<IDisposable> second = locks.EnterAsync("a", Cancellation);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_does_not_block_the_next()
    {
        var locks = new KeyedLock();
        IDisposable first = await locks.EnterAsync("a", Cancellation);
        using var impatient = new CancellationTokenSource();
        Task<IDisposable> second = locks.EnterAsync("a", impatient.Token);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();
        (await locks.EnterAsync("a", Cancellation)).Dispose();
    }
}
