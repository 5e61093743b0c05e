using Wharf.Shim.Io;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tasks;

/// <summary>containerd.task.v3.CreateTaskRequest.</summary>
internal sealed record CreateRequest
{
    internal string Id { get; private set; } = "";

    internal string Bundle { get; private set; } = "";

    internal List<RootMounts.One> Mounts { get; } = [];

    /// <summary>The same mounts as they came, for the event.</summary>
    internal List<byte[]> MountMessages { get; } = [];

    internal IoPaths Paths { get; private set; } = new("", "", "", false);

    /// <summary>A folder of images to restore from; empty for a new container.</summary>
    internal string Checkpoint { get; private set; } = "";

    internal RuntimeSettings Settings { get; private set; } = new();

    internal static CreateRequest Decode(byte[] payload)
    {
        var request = new CreateRequest();
        string input = "", output = "", error = "";
        bool terminal = false;
        var reader = new ProtoReader(payload);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: request.Id = reader.Text; break;
                case 2: request.Bundle = reader.Text; break;
                case 3:
                    request.Mounts.Add(RootMounts.Decode(reader.Bytes));
                    request.MountMessages.Add(reader.Bytes.ToArray());
                    break;
                case 4: terminal = reader.Flag; break;
                case 5: input = reader.Text; break;
                case 6: output = reader.Text; break;
                case 7: error = reader.Text; break;
                case 8: request.Checkpoint = reader.Text; break;
                case 10: request.Settings = RuntimeSettings.Decode(AnyMessage.Decode(reader.Bytes)); break;
            }
        }

        if (request.Id.Length == 0)
        {
            throw new ShimException("create: no container id", TtrpcStatus.InvalidArgument);
        }

        request.Bundle = request.Bundle.Length > 0 ? request.Bundle : Directory.GetCurrentDirectory();
        request.Paths = new IoPaths(input, output, error, terminal);
        return request;
    }
}
