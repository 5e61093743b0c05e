using Microsoft.AspNetCore.Builder;
using Wharf.Daemon;
using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containerd;
using Wharf.Daemon.Http;
using Wharf.Daemon.Images;
using Wharf.Registry;

try
{
    DaemonOptions options = OptionsReader.Read(args);
    Directory.CreateDirectory(options.DataRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);

    using var containerd = new ContainerdConnection(options.Containerd);
    using var registry = new RegistryClient(new RegistryOptions { InsecureRegistries = options.InsecureRegistries, RegistryMirrors = options.RegistryMirrors });
    using var embedded = new EmbeddedImage();
    var images = new ImageOperations(containerd, registry, options.StorageDriver, Path.Combine(options.DataRoot, "tmp"), uses: () => [], embedded.Settled);

    var router = new Router([.. PingRoutes.All(), .. new ImageRoutes(images).All()]);
    await using WebApplication listener = Listener.Create(options.Hosts, router);
    await listener.StartAsync().ConfigureAwait(false);
    Task<string?> loading = embedded.LoadAsync(images);
    await listener.WaitForShutdownAsync().ConfigureAwait(false);
    embedded.Stop();
    if (await loading.ConfigureAwait(false) is { } failure)
    {
        await Console.Error.WriteLineAsync($"wharfd: {failure}").ConfigureAwait(false);
    }

    return 0;
}
catch (EngineException error)
{
    await Console.Error.WriteLineAsync($"wharfd: {error.Message}").ConfigureAwait(false);
    return 1;
}
