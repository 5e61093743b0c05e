using Wharf.Daemon.Networks;

namespace Wharf.Daemon.Volumes;

/// <summary>
/// A volume driver that is another program, by docker's protocol (VolumeDriver.*): it keeps the volumes, and says where each is on the
/// host while a container has it. Whoever mounts names itself, and the plug-in counts.
/// </summary>
internal sealed class VolumePlugin : IDisposable
{
    private const string Kind = "VolumeDriver";
    private readonly PluginSocket socket;

    private VolumePlugin(PluginSocket socket) => this.socket = socket;

    public void Dispose() => socket.Dispose();

    /// <exception cref="EngineException">There is none of that name, or it is no volume driver.</exception>
    internal static async Task<VolumePlugin> FindAsync(string driver, CancellationToken cancellation)
    {
        PluginSocket socket = PluginSocket.Find(driver) ?? throw Missing(driver, $"plugin \"{driver}\" not found");
        try
        {
            PluginActivation can = await socket.CallAsync("Plugin.Activate", new Dictionary<string, string>(), PluginJson.Default.DictionaryStringString, PluginJson.Default.PluginActivation, cancellation).ConfigureAwait(false);
            return can.Implements.Contains(Kind) ? new VolumePlugin(socket) : throw Missing(driver, $"plugin {driver} does not implement \"{Kind}\" interface");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal Task CreateAsync(string name, IReadOnlyDictionary<string, string>? options, CancellationToken cancellation) =>
        CallAsync("Create", new PluginVolumeRequest { Name = name, Opts = options ?? new Dictionary<string, string>() }, cancellation);

    internal Task RemoveAsync(string name, CancellationToken cancellation) => CallAsync("Remove", new PluginVolumeRequest { Name = name }, cancellation);

    /// <param name="user">Whoever has it mounted from now on.</param>
    /// <returns>Where it is.</returns>
    internal async Task<string> MountAsync(string name, string user, CancellationToken cancellation) =>
        (await CallAsync("Mount", new PluginVolumeRequest { Name = name, ID = user }, cancellation).ConfigureAwait(false)).Mountpoint;

    internal Task UnmountAsync(string name, string user, CancellationToken cancellation) => CallAsync("Unmount", new PluginVolumeRequest { Name = name, ID = user }, cancellation);

    /// <summary>Where it is; empty while it is nowhere.</summary>
    internal async Task<string> PathAsync(string name, CancellationToken cancellation) =>
        (await CallAsync("Path", new PluginVolumeRequest { Name = name }, cancellation).ConfigureAwait(false)).Mountpoint;

    private Task<PluginVolumeAnswer> CallAsync(string method, PluginVolumeRequest request, CancellationToken cancellation) =>
        socket.CallAsync($"{Kind}.{method}", request, PluginJson.Default.PluginVolumeRequest, PluginJson.Default.PluginVolumeAnswer, cancellation);

    private static EngineException Missing(string driver, string why) => new(EngineErrorKind.NotFound, $"error looking up volume plugin {driver}: {why}");
}
