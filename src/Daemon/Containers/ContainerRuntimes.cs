using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.RuncOptions;
using Wharf.Daemon.Configuration;

namespace Wharf.Daemon.Containers;

/// <summary>
/// The runtimes that containers may name: ours, those of the configuration, and any shim by containerd's name or its path.
/// The names, and what is refused, are dockerd's. A change counts for containers that are made after it.
/// </summary>
internal sealed class ContainerRuntimes
{
    internal const string Own = "wharf";
    private const string OwnShim = "io.containerd.wharf.v2";

    /// <summary>containerd's own, which takes the same options.</summary>
    private const string RuncShim = "io.containerd.runc.v2";

    /// <summary>Docker's name for its own runtime: here it is ours, or that of containerd's shim where this is the default, unless the configuration has another of that name.</summary>
    private const string Dockers = "runc";
    private const string RuncOptionsType = "containerd.runc.v1.Options";
    private const string OtherOptionsType = "runtimeoptions.v1.Options";
    private readonly string folder;
    private volatile State state;

    /// <param name="options">Programs with arguments of their own get a script below the data root; what they know of their containers is below the exec root.</param>
    /// <exception cref="EngineException">A runtime that cannot be.</exception>
    internal ContainerRuntimes(DaemonOptions options)
    {
        folder = Path.Combine(options.DataRoot, "runtimes");
        state = Read(options);
    }

    /// <summary>What a container has that names none.</summary>
    internal string Default => state.Default;

    internal IReadOnlyDictionary<string, ContainerRuntime> Known => state.Known;

    /// <summary>Takes the runtimes of a configuration that was read again.</summary>
    /// <exception cref="EngineException">A runtime that cannot be; nothing has changed then.</exception>
    internal void Use(DaemonOptions options) => state = Read(options);

    /// <param name="name">Empty: the default.</param>
    /// <exception cref="EngineException">Nobody knows it.</exception>
    internal ContainerRuntime Find(string name) => state.Find(name.Length > 0 ? name : state.Default);

    private State Read(DaemonOptions options)
    {
        // On a containerd without our shim, programs run behind the one that is there.
        string shim = options.Runtime == RuncShim ? RuncShim : OwnShim;
        Any? common = Packed(new Options { SystemdCgroup = options.SystemdCgroup });
        var known = new Dictionary<string, ContainerRuntime>
        {
            [Own] = new(OwnShim, common, "wharf-runc"),
            [Dockers] = new(shim, common, shim == OwnShim ? "wharf-runc" : "runc"),
        };
        foreach ((string name, ConfiguredRuntime one) in options.Runtimes)
        {
            known[name] = name is Own
                ? throw Invalid($"runtime name '{name}' is reserved")
                : Make(name, one, shim, options);
        }

        // A shim as the default has no name but its own.
        string first = options.Runtime is "" or OwnShim ? Own : options.Runtime;
        var next = new State(first, known, common);
        _ = next.Find(first);
        return next;
    }

    private ContainerRuntime Make(string name, ConfiguredRuntime one, string shim, DaemonOptions options)
    {
        if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
        {
            throw Invalid($"runtime \"{name}\": a name is not empty and has no slash");
        }

        if (one.Path.Length > 0 == one.Type.Length > 0)
        {
            throw Invalid(one.Path.Length > 0 ? $"runtime \"{name}\": either path or runtimeType is to be given, not both" : $"runtime \"{name}\": either a runtimeType or a path must be configured");
        }

        if (one.Type.Length > 0)
        {
            return one.Arguments is { Count: > 0 }
                ? throw Invalid($"runtime \"{name}\": runtimeArgs are for a path, not for a runtimeType")
                : new ContainerRuntime(one.Type, one.Options is { Count: > 0 } given ? ShimOptions(name, one.Type, given) : null, one.Type);
        }

        if (one.Options is { Count: > 0 })
        {
            throw Invalid($"runtime \"{name}\": options are for a runtimeType, not for a path");
        }

        string program = one.Arguments is { Count: > 0 } arguments ? Script(name, one.Path, arguments) : one.Path;
        return new ContainerRuntime(shim, Packed(new Options { BinaryName = program, Root = Path.Combine(options.ExecRoot, "runtime-" + name), SystemdCgroup = options.SystemdCgroup }), one.Path);
    }

    /// <summary>A program that calls another with arguments before its own. Its name tells its content: a container that runs keeps the one it began with.</summary>
    private string Script(string name, string program, IReadOnlyList<string> arguments)
    {
        string text = $"#!/bin/sh\nexec {string.Join(' ', arguments.Prepend(program).Select(Quote))} \"$@\"\n";
        string path = Path.Combine(folder, $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12]}");
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string unfinished = path + ".new";
            File.WriteAllText(unfinished, text);
            File.SetUnixFileMode(unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.System, $"runtime \"{name}\": write \"{path}\": {error.Message.TrimEnd('.')}", error);
        }

        return path;
    }

    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>Shims of runc's kind have its options; the others get the file and type that they are told.</summary>
    private static Any? ShimOptions(string name, string shim, IReadOnlyDictionary<string, JsonElement> given)
    {
        try
        {
            return shim is OwnShim or RuncShim ? RuncOptions(name, given) : OtherOptions(name, given);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw Invalid($"runtime \"{name}\": options: {error.Message.TrimEnd('.')}");
        }
    }

    private static Any? RuncOptions(string name, IReadOnlyDictionary<string, JsonElement> given)
    {
        var options = new Options();
        foreach ((string key, JsonElement value) in given)
        {
            switch (key.ToLowerInvariant())
            {
                case "nopivotroot": options.NoPivotRoot = value.GetBoolean(); break;
                case "nonewkeyring": options.NoNewKeyring = value.GetBoolean(); break;
                case "shimcgroup": options.ShimCgroup = value.GetString(); break;
                case "iouid": options.IoUid = value.GetUInt32(); break;
                case "iogid": options.IoGid = value.GetUInt32(); break;
                case "binaryname": options.BinaryName = value.GetString(); break;
                case "root": options.Root = value.GetString(); break;
                case "systemdcgroup": options.SystemdCgroup = value.GetBoolean(); break;
                case "criuimagepath": options.CriuImagePath = value.GetString(); break;
                case "criuworkpath": options.CriuWorkPath = value.GetString(); break;
                default: throw Invalid($"runtime \"{name}\": unknown option \"{key}\"");
            }
        }

        return Packed(options);
    }

    /// <summary>The two fields of runtimeoptions.v1.Options, written by hand: type_url = 1, config_path = 2, config_body = 3.</summary>
    private static Any OtherOptions(string name, IReadOnlyDictionary<string, JsonElement> given)
    {
        using var bytes = new MemoryStream();
        using (var writer = new CodedOutputStream(bytes, leaveOpen: true))
        {
            foreach ((string key, JsonElement value) in given)
            {
                int field = key.ToLowerInvariant() switch
                {
                    "typeurl" => 1,
                    "configpath" => 2,
                    "configbody" => 3,
                    _ => throw Invalid($"runtime \"{name}\": unknown option \"{key}\""),
                };
                writer.WriteTag(field, WireFormat.WireType.LengthDelimited);
                writer.WriteString(value.GetString() ?? "");
            }
        }

        return new Any { TypeUrl = OtherOptionsType, Value = ByteString.CopyFrom(bytes.ToArray()) };
    }

    /// <summary>Null where all is as the shim has it anyway.</summary>
    private static Any? Packed(Options options) => options.CalculateSize() == 0 ? null : new Any { TypeUrl = RuncOptionsType, Value = options.ToByteString() };

    private static EngineException Invalid(string text) => new(EngineErrorKind.InvalidParameter, text);

    /// <param name="Common">What shims of runc's kind are told that somebody names.</param>
    private sealed record State(string Default, IReadOnlyDictionary<string, ContainerRuntime> Known, Any? Common)
    {
        internal ContainerRuntime Find(string name) =>
            Known.TryGetValue(name, out ContainerRuntime? known) ? known
            : IsShim(name) ? new ContainerRuntime(name, name is OwnShim or RuncShim ? Common : null, name)
            : throw Invalid($"unknown or invalid runtime name: {name}");

        /// <summary>A path, or a name of at least three parts whose last is a version, as containerd wants it.</summary>
        private static bool IsShim(string name) =>
            name.StartsWith('/') || (name.Split('.') is { Length: > 2 } parts && parts.All(part => part.Length > 0) && parts[^1] is ['v', _, ..] && parts[^1].Skip(1).All(char.IsAsciiDigit));
    }
}
