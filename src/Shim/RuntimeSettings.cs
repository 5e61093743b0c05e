using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>containerd.runc.v1.Options, as far as they concern a shim; kept in the bundle for a delete after a crash.</summary>
internal sealed record RuntimeSettings
{
    internal const string Type = "containerd.runc.v1.Options";
    private const string OptionsFile = "options.json";
    private const string RuntimeFile = "runtime";
    private const string OlderFileName = "shim-options";
    private const string OldestFileName = "shim-options.json";

    public bool NoPivotRoot { get; set; }

    public bool NoNewKeyring { get; set; }

    public uint IoUid { get; set; }

    public uint IoGid { get; set; }

    public string BinaryName { get; set; } = "";

    public string Root { get; set; } = "";

    public bool SystemdCgroup { get; set; }

    /// <summary>A cgroup to put the shim into.</summary>
    public string ShimCgroup { get; set; } = "";

    /// <summary>Of containerd before 2.0.</summary>
    public string CriuPath { get; set; } = "";

    public string CriuImagePath { get; set; } = "";

    public string CriuWorkPath { get; set; } = "";

    /// <summary>The version of the task service that the caller wants to be told, 2 or 3; 0 when it does not say.</summary>
    public uint TaskApiVersion { get; set; }

    internal static RuntimeSettings Decode(AnyMessage any)
    {
        var settings = new RuntimeSettings();
        if (!any.Is(Type) && !any.Is("io.containerd.runc.v1.Options"))
        {
            return settings;
        }

        var reader = new ProtoReader(any.Value);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: settings.NoPivotRoot = reader.Flag; break;
                case 2: settings.NoNewKeyring = reader.Flag; break;
                case 3: settings.ShimCgroup = reader.Text; break;
                case 4: settings.IoUid = (uint)reader.Number; break;
                case 5: settings.IoGid = (uint)reader.Number; break;
                case 6: settings.BinaryName = reader.Text; break;
                case 7: settings.Root = reader.Text; break;
                case 8: settings.CriuPath = reader.Text; break;
                case 9: settings.SystemdCgroup = reader.Flag; break;
                case 10: settings.CriuImagePath = reader.Text; break;
                case 11: settings.CriuWorkPath = reader.Text; break;
                case 13: settings.TaskApiVersion = (uint)reader.Number; break;
            }
        }

        return settings;
    }

    /// <summary>By a shim of ours or containerd's own.</summary>
    internal static RuntimeSettings Recorded(string bundle)
    {
        string options = Path.Combine(bundle, OptionsFile), older = Path.Combine(bundle, OlderFileName), oldest = Path.Combine(bundle, OldestFileName);
        var settings = File.Exists(options) ? RuntimeOptionsJson.Read(File.ReadAllBytes(options))
            : File.Exists(older) ? Decode(new AnyMessage(Type, File.ReadAllBytes(older)))
            : File.Exists(oldest) ? RuntimeOptionsJson.ReadOldest(File.ReadAllBytes(oldest))
            : new RuntimeSettings();
        return Files.TryReadText(Path.Combine(bundle, RuntimeFile)) is { } runtime ? settings with { BinaryName = runtime.Length > 0 ? runtime : "runc" } : settings;
    }

    /// <summary>
    /// For a delete after a crash, by whichever shim: containerd's own has the same two files, and means runc by an empty name.
    /// </summary>
    internal void Record(string bundle)
    {
        File.WriteAllBytes(Path.Combine(bundle, OptionsFile), RuntimeOptionsJson.Write(this));
        File.WriteAllText(Path.Combine(bundle, RuntimeFile), Binary());
    }

    /// <summary>The runtime: what the options name, else ours beside this program, else ours or runc from PATH.</summary>
    internal string Binary()
    {
        string beside = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath) ?? "/", "wharf-runc");
        return BinaryName.Length > 0
            ? Spawner.Find(BinaryName) ?? throw new ShimException($"runtime \"{BinaryName}\": executable file not found in $PATH")
            : File.Exists(beside) ? beside
            : Spawner.Find("wharf-runc") ?? Spawner.Find("runc") ?? throw new ShimException("runtime: neither \"wharf-runc\" nor \"runc\" found in $PATH");
    }
}
