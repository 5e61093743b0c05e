using Wharf.Linux;

namespace Wharf.Shim.Sandboxes;

/// <summary>The process that holds a pod's namespaces and does nothing else, until it is ended.</summary>
internal static class HolderCommand
{
    internal const string Name = "hold";
    internal const int ReadyNumber = 3;
    internal const byte Ready = 1;
    private const int Terminate = 15;

    internal static void Run(string networkNamespace)
    {
        // A shim that dies leaves no pod behind.
        CurrentProcess.SetParentDeathSignal(9);
        if (networkNamespace.Length > 0)
        {
            using FileDescriptor network = Files.Open(networkNamespace, OpenFlags.ReadOnly);
            CurrentProcess.Join(network, CloneFlags.NewNet, networkNamespace);
        }

        CurrentProcess.Unshare(CloneFlags.NewIpc | CloneFlags.NewUts);
        using FileDescriptor signals = SignalDescriptor.Open(Terminate);
        using (var ready = new FileDescriptor(ReadyNumber))
        {
            Files.Write(ready, [Ready], "ready");
        }

        Poll.Readable(-1, signals);
    }
}
