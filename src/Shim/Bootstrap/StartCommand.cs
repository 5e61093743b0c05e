using Wharf.Linux;
using Wharf.Shim.Cgroups;

namespace Wharf.Shim.Bootstrap;

/// <summary>
/// "start": opens the socket, leaves a server behind that inherits it, and answers with the address; of a pod's other
/// containers, with the address of the pod's shim.
/// </summary>
internal static class StartCommand
{
    internal const int ListenerNumber = 3;

    internal static byte[] Run(ShimOptions options)
    {
        BootstrapParameters parameters = BootstrapParameters.Read(options);
        if (options.Address.Length == 0)
        {
            options = options with { Address = parameters.Address };
        }

        string bundle = Directory.GetCurrentDirectory();
        string? group = BundleDocument.Read(bundle).Group;
        ShimSocket socket = ShimSocket.Of(parameters.SocketFolder, options.Address, options.Namespace, group ?? options.Id);
        string address = "unix://" + socket.Path;
        using (FileDescriptor? listener = socket.Listen())
        {
            if (listener is not null)
            {
                Serve(options, parameters, socket, listener);
            }
            else if (group is null)
            {
                throw new ShimException($"a shim already listens on \"{socket.Path}\"");
            }
        }

        // containerd reads it after a restart, to find this shim again; "delete" removes the socket that it names.
        File.WriteAllText(".address", address);
        Files.Rename(".address", "address");
        return BootstrapAnswer.Of(parameters, address);
    }

    private static void Serve(ShimOptions options, BootstrapParameters parameters, ShimSocket socket, FileDescriptor listener)
    {
        string self = Environment.ProcessPath ?? throw new ShimException("own program: unknown path");
        List<string> arguments = [self, "-namespace", options.Namespace, "-id", options.Id, "-address", options.Address, "-socket", socket.Path];
        if (options.Debug)
        {
            arguments.Add("-debug");
        }

        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("SCHED_CORE")))
        {
            // containerd's sched_core: the shim and its containers share a core's threads with nobody else.
            CreateCookie();
        }

        using ChildProcess server = Spawner.Start(new SpawnRequest
        {
            Path = self,
            Arguments = arguments,
            Environment = ServerEnvironment(options, parameters),
            WorkingDirectory = Directory.GetCurrentDirectory(),
            Descriptors = [(listener, ListenerNumber)],
            NewSession = true,

            // The finalizer thread would take the signal, and ignore it, if it were not blocked there too.
            BlockedSignals = [ChildReaper.ChildSignal],
        });
        try
        {
            ShimPlacement.FollowOomScore(server.Pid, CurrentProcess.ParentId);
            if (parameters.Settings.ShimCgroup.Length > 0)
            {
                ShimPlacement.JoinCgroup(server.Pid, parameters.Settings.ShimCgroup);
            }
        }
        catch
        {
            const int kill = 9;
            Processes.Signal(server.Pid, kill);
            socket.Remove();
            throw;
        }
    }

    private static void CreateCookie()
    {
        try
        {
            CurrentProcess.CreateSchedulingCookie();
        }
        catch (SyscallException error)
        {
            throw new ShimException($"enable sched core support: {error.Message}");
        }
    }

    /// <summary>Its own and where events go, which flags have no place for.</summary>
    private static List<string> ServerEnvironment(ShimOptions options, BootstrapParameters parameters)
    {
        const string name = "TTRPC_ADDRESS";
        string address = parameters.EventAddress.Length > 0 ? parameters.EventAddress : options.EventAddress;
        var entries = new List<string> { $"{name}={address}" };
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry.Key is not name)
            {
                entries.Add($"{entry.Key}={entry.Value}");
            }
        }

        return entries;
    }
}
