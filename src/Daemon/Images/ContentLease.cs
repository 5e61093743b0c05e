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

    public static async Task<ContentLease> TakeAsync(ContainerdConnection containerd, string purpose, CancellationToken cancellation)
    {
        var client = new Leases.LeasesClient(containerd.Calls);
        var request = new CreateRequest { Id = $"wharf-{purpose}-{Guid.NewGuid():N}" };
        // A daemon that dies leaves the lease behind; the interrupted pull can be continued until then.
        request.Labels.Add(ImageLabels.LeaseExpires, DateTimeOffset.UtcNow.AddHours(24).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        await client.CreateAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
        return new ContentLease(client, request.Id, containerd.CallsUnder(request.Id));
    }

    public async ValueTask DisposeAsync()
    {
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
