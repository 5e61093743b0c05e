namespace Wharf.Linux.Tests;

public sealed class UserNamespaceTests
{
    [Fact]
    public void One_is_made_with_its_mappings_while_other_threads_fill_the_heap()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mappings of other ids need root");
        bool done = false;
        Thread[] others = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.KeepAlive(Enumerable.Range(0, 1000).Select(number => new byte[number]).ToArray());
            }
        }))];
        foreach (Thread other in others)
        {
            other.Start();
        }

        try
        {
            for (int round = 0; round < 100; round++)
            {
                using FileDescriptor made = UserNamespace.Of("0:231072:65536,65536:5:1", "0:1:10");
                Assert.StartsWith("user:[", Files.ReadLink(null, $"/proc/self/fd/{made.Number}"), StringComparison.Ordinal);
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            foreach (Thread other in others)
            {
                other.Join();
            }
        }
    }

    [Theory]
    [InlineData("0:1")]
    [InlineData("a:b:c")]
    public void What_is_no_mapping_is_refused(string mapping) => Assert.Throws<FormatException>(() => UserNamespace.Of(mapping, "0:0:1"));
}
