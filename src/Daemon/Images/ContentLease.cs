using System.Globalization;
using Grpc.Core;
using Wharf.ContainerdApi.Leases.V1;
using Wharf.Daemon.Containerd;

namespace Wharf.Daemon.Images;

/// <summary>Keeps what a pull or load has brought so far from garbage collection until a name refers to it.</summary>
internal sealed class ContentLease : IAsyncDisposable
{
    private readonly Leases.LeasesClient _client;
    private readonly string _id;

    private ContentLease(Leases.LeasesClient client, string id, CallInvoker calls)
    {
        _client = client;
        _id = id;
        Calls = calls;
    }

    /// <summary>Calls whose results the lease holds.</summary>
    public CallInvoker Calls { get; }

    /// <summary>Leaves the lease to its expiry, a day after it was made: what has arrived so far is what the next attempt goes on from.</summary>
    public bool Keep { get; set; }

    public static Task<ContentLease> TakeAsync(ContainerdConnection containerd, string purpose, CancellationToken cancellation) =>
        TakeNamedAsync(containerd, $"{purpose}-{Guid.NewGuid():N}", cancellation);

    /// <summary>Takes a lease of a certain name, or takes over the one that an interrupted attempt left; its caller lets nobody else in meanwhile.</summary>
    public static async Task<ContentLease> TakeNamedAsync(ContainerdConnection containerd, string name, CancellationToken cancellation)
    {
        var client = new Leases.LeasesClient(containerd.Calls);
        var request = new CreateRequest { Id = $"wharf-{name}" };
        request.Labels.Add(ImageLabels.LeaseExpires, DateTimeOffset.UtcNow.AddHours(24).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        try
        {
            await client.CreateAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists)
        {
            // Its expiry stands; a pull that takes longer than what is left of a day starts again.
        }

        return new ContentLease(client, request.Id, containerd.CallsUnder(request.Id));
    }

    public async ValueTask DisposeAsync()
    {
        if (Keep)
        {
            return;
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _client.DeleteAsync(new DeleteRequest { Id = _id }, cancellationToken: limit.Token).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // It expires by itself.
        }
    }
}
