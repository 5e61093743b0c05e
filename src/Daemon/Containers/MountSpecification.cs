using System.Globalization;
using Wharf.Daemon.Volumes;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>Reads one of HostConfig.Mounts.</summary>
internal static class MountSpecification
{
    private static readonly string[] Propagations = ["", "private", "rprivate", "slave", "rslave", "shared", "rshared"];

    /// <exception cref="EngineException">In docker's words.</exception>
    internal static ContainerMount Parse(Mount mount)
    {
        EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, $"invalid mount config for type \"{mount.Type}\": {message}");
        if (mount.Target.Length == 0)
        {
            throw Invalid("field Target must not be empty");
        }

        if (!mount.Target.StartsWith('/'))
        {
            throw Invalid($"invalid mount path: '{mount.Target}' mount path must be absolute");
        }

        string destination = BindSpecification.Clean(mount.Target);
        if (destination == "/")
        {
            throw Invalid("invalid specification: destination can't be '/'");
        }

        foreach ((string field, bool given, string type) in new[]
            {
                ("BindOptions", mount.BindOptions is not null, ContainerMount.Bind),
                ("VolumeOptions", mount.VolumeOptions is not null, ContainerMount.OfVolume),
                ("ImageOptions", mount.ImageOptions is not null, ContainerMount.OfImage),
                ("TmpfsOptions", mount.TmpfsOptions is not null, ContainerMount.Memory),
            })
        {
            if (given && mount.Type != type)
            {
                throw Invalid($"field {field} must not be specified");
            }
        }

        var one = new ContainerMount { Type = mount.Type, Destination = destination, ReadOnly = mount.ReadOnly };
        switch (mount.Type)
        {
            case ContainerMount.Bind:
                BindOptions bind = mount.BindOptions ?? new BindOptions();
                if (mount.Source.Length == 0)
                {
                    throw Invalid("field Source must not be empty");
                }

                if (!mount.Source.StartsWith('/'))
                {
                    throw Invalid($"invalid mount path: '{mount.Source}' mount path must be absolute");
                }

                if (!Propagations.Contains(bind.Propagation))
                {
                    throw Invalid($"invalid propagation mode: {bind.Propagation}");
                }

                string source = BindSpecification.Clean(mount.Source);
                if (!Path.Exists(source))
                {
                    if (!bind.CreateMountpoint)
                    {
                        throw Invalid($"bind source path does not exist: {source}");
                    }

                    Directory.CreateDirectory(source);
                }

                if (bind.ReadOnlyForceRecursive && (bind.ReadOnlyNonRecursive || bind.Propagation is not ("" or "rprivate") || !mount.ReadOnly))
                {
                    throw Invalid("ReadOnlyForceRecursive requires a read-only mount with propagation \"rprivate\", and excludes ReadOnlyNonRecursive");
                }

                return one with
                {
                    Source = source,
                    Propagation = bind.Propagation.Length > 0 ? bind.Propagation : "rprivate",
                    NonRecursive = bind.NonRecursive,
                    ReadOnlyNonRecursive = bind.ReadOnlyNonRecursive,
                    ReadOnlyForceRecursive = bind.ReadOnlyForceRecursive,
                };

            case ContainerMount.OfVolume:
                VolumeOptions volume = mount.VolumeOptions ?? new VolumeOptions();
                if (mount.Source.Length == 0 && volume.Subpath.Length > 0)
                {
                    throw Invalid("must not set Subpath when using anonymous volumes");
                }

                if (mount.Source.Length > 0 && !VolumeTable.IsName(mount.Source))
                {
                    throw new EngineException(EngineErrorKind.InvalidParameter, $"create {mount.Source}: \"{mount.Source}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
                }

                return one with
                {
                    Volume = mount.Source,
                    IsAnonymous = mount.Source.Length == 0,
                    Driver = volume.DriverConfig?.Name ?? "",
                    CopiesUp = !volume.NoCopy,
                    Subpath = Local(volume.Subpath) ? volume.Subpath : throw Invalid("subpath must be a relative path within the volume"),
                    Mode = "z",
                };

            case ContainerMount.OfImage:
                string part = mount.ImageOptions?.Subpath ?? "";
                return mount.Source.Length == 0 ? throw Invalid("field Source must not be empty")
                    : one with { Source = mount.Source, ReadOnly = true, Subpath = Local(part) ? part : throw Invalid("subpath must be a relative path within the image") };

            case ContainerMount.Memory:
                return mount.Source.Length > 0 ? throw Invalid("field Source must not be specified") : one with { Options = Options(mount.TmpfsOptions, mount.ReadOnly) };

            default:
                throw new EngineException(EngineErrorKind.InvalidParameter, mount.Type.Length == 0 ? "invalid mount config for type \"\": mount type unknown" : $"invalid mount config for type \"{mount.Type}\": mount type unknown");
        }
    }

    private static string[] Options(TmpfsOptions? options, bool readOnly) =>
    [
        "noexec", "nosuid", "nodev",
        .. readOnly ? new[] { "ro" } : [],
        .. options is { Mode: > 0 } ? [string.Create(CultureInfo.InvariantCulture, $"mode={Convert.ToString(options.Mode, 8)}")] : Array.Empty<string>(),
        .. options is { SizeBytes: > 0 } ? [string.Create(CultureInfo.InvariantCulture, $"size={options.SizeBytes}")] : Array.Empty<string>(),
        .. (options?.Options ?? []).Select(pair => string.Join('=', pair)),
    ];

    private static bool Local(string subpath) => !subpath.StartsWith('/') && subpath.Split('/').All(part => part != "..");
}
