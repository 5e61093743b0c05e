using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Version.V1;

namespace Wharf.Containerd.Rpc;

/// <summary>The release of containerd whose API this is, which clients compare, with this program's own as build metadata.</summary>
internal sealed class VersionService : ContainerdApi.Version.V1.Version.VersionBase
{
    public const string Number = "v1.7.28+wharf." + Own;
    public const string Own = "0.1.0";

    public override Task<VersionResponse> Version(Empty request, ServerCallContext context) =>
        Task.FromResult(new VersionResponse { Version = Number, Revision = Own });
}
