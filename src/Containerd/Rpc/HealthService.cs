using Grpc.Core;
using Wharf.ContainerdApi.Health;

namespace Wharf.Containerd.Rpc;

/// <summary>A daemon that answers serves.</summary>
internal sealed class HealthService : Health.HealthBase
{
    private static readonly HealthCheckResponse Serving = new() { Status = HealthCheckResponse.Types.ServingStatus.Serving };
    private static readonly HealthCheckResponse Unknown = new() { Status = HealthCheckResponse.Types.ServingStatus.ServiceUnknown };

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        request.Service.Length == 0 ? Task.FromResult(Serving) : throw ContainerdException.NotFound($"unknown service \"{request.Service}\"");

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(request.Service.Length == 0 ? Serving : Unknown, context.CancellationToken).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(false);
    }
}
