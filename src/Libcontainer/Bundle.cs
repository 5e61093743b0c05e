using System.Text.Json;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

/// <summary>A bundle: config.json and what it needs to be valid.</summary>
public static class Bundle
{
    /// <summary>Reads and checks config.json of a folder; the document is its bytes.</summary>
    public static RuntimeSpec Read(string folder, out byte[] document)
    {
        string path = Path.Combine(folder, "config.json");
        RuntimeSpec spec;
        try
        {
            document = File.ReadAllBytes(path);
            spec = SpecReader.Spec(document) ?? throw new ContainerException($"\"{path}\" is empty");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ContainerException($"JSON specification file {path} not found", error);
        }
        catch (JsonException error)
        {
            throw new ContainerException($"\"{path}\": {error.Message}", error);
        }

        Check(spec);
        return spec;
    }

    public static void Check(RuntimeSpec spec)
    {
        if (spec.Root is not { Path.Length: > 0 })
        {
            throw new ContainerException("Root must be specified");
        }

        if (spec.Process is null)
        {
            throw new ContainerException("process property must not be empty");
        }

        if (spec.Linux is null)
        {
            throw new ContainerException("linux property must not be empty");
        }

        if (spec.Linux.IntelRdt is not null)
        {
            throw new ContainerException(Directory.Exists("/sys/fs/resctrl/info") ? "intelRdt is not supported by this runtime" : "intelRdt is set, but resctrl is not mounted on this host");
        }

        Check(spec.Process);
        foreach (string path in (spec.Linux.MaskedPaths ?? []).Concat(spec.Linux.ReadonlyPaths ?? []))
        {
            if (!path.StartsWith('/'))
            {
                throw new ContainerException($"path \"{path}\" is not absolute");
            }
        }

        bool hasUts = spec.Linux.Namespaces?.Any(one => one.Type == "uts") == true;
        if (spec.Hostname is { Length: > 0 } && !hasUts)
        {
            throw new ContainerException("unable to set hostname without a private UTS namespace");
        }

        if (spec.Linux.Namespaces?.Any(one => one.Type == "mount") != true && (spec.Linux.MaskedPaths is { Count: > 0 } || spec.Linux.ReadonlyPaths is { Count: > 0 }))
        {
            throw new ContainerException("unable to restrict sys entries without a private MNT namespace");
        }
    }

    public static void Check(Process process)
    {
        if (process.Cwd.Length == 0)
        {
            throw new ContainerException("Cwd property must not be empty");
        }

        if (!process.Cwd.StartsWith('/'))
        {
            throw new ContainerException("Cwd must be an absolute path");
        }

        if (process.Args is not { Count: > 0 })
        {
            throw new ContainerException("args must not be empty");
        }
    }
}
