using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>-info: containerd.types.RuntimeInfo, with the options that came on stdin and what the runtime says of itself.</summary>
internal static class RuntimeInfo
{
    private const string FeaturesType = "types.containerd.io/opencontainers/runtime-spec/1/features/Features";

    internal static byte[] Message()
    {
        using var stdin = new FileDescriptor(0, ownsHandle: false);
        byte[] input = Terminal.Size(stdin) is null ? Files.ReadToEnd(stdin, "stdin") : [];
        AnyMessage options = AnyMessage.Decode(input);
        RuntimeSettings settings = RuntimeSettings.Decode(options);
        ProtoWriter info = new ProtoWriter()
            .Text(1, "io.containerd.wharf.v2")
            .Message(2, new ProtoWriter().Text(1, "0.1.0"));
        if (!string.IsNullOrEmpty(options.Type))
        {
            info.Message(3, input);
        }

        byte[] features = Features(settings.Binary());
        return (features.Length > 0 ? info.Any(4, FeaturesType, features) : info).ToArray();
    }

    /// <summary>Nothing of a runtime that has no such command.</summary>
    private static byte[] Features(string binary)
    {
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        {
            ChildProcess process;
            using (write)
            {
                process = Spawner.Start(new SpawnRequest { Path = binary, Arguments = [binary, "features"], Descriptors = [(write, 1)] });
            }

            using (process)
            {
                byte[] features = Files.ReadToEnd(read, "features");
                return process.Wait().Code == 0 ? features : [];
            }
        }
    }
}
