using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>A checkpoint that is asked for: the folder of its image, and containerd.runc.v1.CheckpointOptions.</summary>
internal sealed record CheckpointRequest(string Path)
{
    internal bool Exit { get; private set; }

    internal string WorkPath { get; private set; } = string.Empty;

    private bool OpenTcp { get; set; }

    private bool ExternalUnixSockets { get; set; }

    private bool Terminal { get; set; }

    private bool FileLocks { get; set; }

    private List<string> EmptyNamespaces { get; } = [];

    private string CgroupsMode { get; set; } = string.Empty;

    private string ParentPath { get; set; } = string.Empty;

    internal static CheckpointRequest Decode(string path, ReadOnlySpan<byte> options)
    {
        var request = new CheckpointRequest(path);
        var reader = new ProtoReader(options);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: request.Exit = reader.Flag; break;
                case 2: request.OpenTcp = reader.Flag; break;
                case 3: request.ExternalUnixSockets = reader.Flag; break;
                case 4: request.Terminal = reader.Flag; break;
                case 5: request.FileLocks = reader.Flag; break;
                case 6: request.EmptyNamespaces.Add(reader.Text); break;
                case 7: request.CgroupsMode = reader.Text; break;
                case 9: request.WorkPath = reader.Text; break;
                case 10: request.ParentPath = reader.Text; break;
            }
        }

        return request;
    }

    /// <summary>The runtime's flags, but for the work folder.</summary>
    internal IEnumerable<string> Flags() =>
    [
        "--image-path", Path,
        .. On(!Exit, "--leave-running"), .. On(OpenTcp, "--tcp-established"), .. On(ExternalUnixSockets, "--ext-unix-sk"), .. On(Terminal, "--shell-job"),
        .. On(FileLocks, "--file-locks"), .. EmptyNamespaces.SelectMany(type => new[] { "--empty-ns", type }),
        .. CgroupsMode.Length > 0 ? ["--manage-cgroups-mode", CgroupsMode] : Array.Empty<string>(),
        .. ParentPath.Length > 0 ? ["--parent-path", ParentPath] : Array.Empty<string>(),
    ];

    private static string[] On(bool set, string flag) => set ? [flag] : [];
}
