using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Libcontainer.Embedding;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>Writes a config.json to begin with: a shell on a terminal with a read-only root.</summary>
internal static class SpecCommand
{
    internal static readonly Flag[] Flags =
    [
        new("bundle", TakesValue: true, Letter: 'b', Help: "the bundle's folder, if not the working directory"),
        new("rootless", Help: "for a user without privileges"),
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        arguments.Expect("spec", 0, 0);
        string path = Path.Combine(arguments.Value("bundle") ?? ".", "config.json");
        if (File.Exists(path))
        {
            throw new ContainerException("File config.json exists. Remove it first");
        }

        using FileStream file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1 });
        JsonSerializer.Serialize(json, arguments.Has("rootless") ? Rootless(ContainerSpec.Template()) : ContainerSpec.Template(), RuntimeJson.Default.RuntimeSpec);
        return 0;
    }

    /// <summary>The same for a user without privileges: in a user namespace, with what such a user may mount, without limits.</summary>
    private static RuntimeSpec Rootless(RuntimeSpec spec) => spec with
    {
        Mounts =
        [
            .. spec.Mounts!.Select(mount => mount.Destination == "/sys"
                ? new Mount { Destination = "/sys", Type = "none", Source = "/sys", Options = ["rbind", "nosuid", "noexec", "nodev", "ro"] }
                : mount with { Options = mount.Options is null ? null : [.. mount.Options.Where(option => !option.StartsWith("gid=", StringComparison.Ordinal) && !option.StartsWith("uid=", StringComparison.Ordinal))] }),
        ],
        Linux = spec.Linux! with
        {
            Resources = null,
            Namespaces = [.. spec.Linux.Namespaces!.Where(place => place.Type is not ("network" or "user")), new Namespace { Type = "user" }],
            UidMappings = [new IdMapping { ContainerID = 0, HostID = CurrentProcess.EffectiveUserId, Size = 1 }],
            GidMappings = [new IdMapping { ContainerID = 0, HostID = CurrentProcess.EffectiveGroupId, Size = 1 }],
        },
    };
}
