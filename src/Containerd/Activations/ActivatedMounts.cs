using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Activations;

/// <summary>Mounts of a snapshot as the kernel takes them, for as long as the daemon itself works with them.</summary>
internal sealed class ActivatedMounts : IAsyncDisposable
{
    private readonly MountActivations? activations;
    private readonly string scope;
    private readonly string name;

    private ActivatedMounts(MountActivations? activations, string scope, string name, IReadOnlyList<Mount> mounts)
    {
        (this.activations, this.scope, this.name) = (activations, scope, name);
        Mounts = mounts;
    }

    public IReadOnlyList<Mount> Mounts { get; }

    public static async Task<ActivatedMounts> OfAsync(MountActivations activations, CallScope scope, IReadOnlyList<Mount> mounts, CancellationToken cancellation)
    {
        if (!MountActivations.IsNeeded(mounts))
        {
            return new ActivatedMounts(null, scope.Namespace, string.Empty, mounts);
        }

        string name = $"own-{Guid.NewGuid():N}";
        ActivationInfo info = await activations.ActivateAsync(scope, name, mounts, new Dictionary<string, string>(), temporary: false, cancellation).ConfigureAwait(false);
        return new ActivatedMounts(activations, scope.Namespace, name, info.System);
    }

    public async ValueTask DisposeAsync()
    {
        if (activations is not null)
        {
            await activations.DeactivateAsync(scope, name).ConfigureAwait(false);
        }
    }
}
