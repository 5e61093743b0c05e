using System.Text.Json;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Embedding;

/// <summary>
/// Containers for a .NET program: where their state is kept, and which runtime makes them.
/// </summary>
/// <remarks>
/// A container is made by a process that clones itself, and only a process with a single quiet thread may do that. A .NET program seldom
/// is one, so what has to clone (<see cref="Container.Start"/> and <see cref="Container.Exec(Process, StandardStreams)"/>) is done by
/// the program wharf-runc, which this library starts; all else is done in the calling process. Instances keep no state of their own:
/// any number may be used at once, from any thread, in any process. The user needs the rights that runc needs: root, or a user
/// namespace in the spec. Source: https://github.com/opencontainers/runtime-spec/blob/main/runtime.md
/// </remarks>
public sealed class ContainerRuntime
{
    private const string ProgramName = "wharf-runc";

    /// <summary>Uses a runtime and a folder of state.</summary>
    /// <param name="program">The path of wharf-runc; null to look in the folder of the calling program, then in PATH.</param>
    /// <param name="root">The folder of the state of all containers, made when it is missing; it should not outlive the machine's run.</param>
    /// <exception cref="ContainerException">There is no such program.</exception>
    public ContainerRuntime(string? program = null, string root = "/run/wharf/libcontainer")
    {
        Program = program is not null ? Spawner.Find(program) ?? throw new ContainerException($"\"{program}\": no such program")
            : Spawner.Find(Path.Combine(AppContext.BaseDirectory, ProgramName)) ?? Spawner.Find(ProgramName) ?? throw new ContainerException($"{ProgramName}: found neither in \"{AppContext.BaseDirectory}\" nor in PATH");
        Root = Path.GetFullPath(root);
    }

    /// <summary>The full path of the runtime.</summary>
    public string Program { get; }

    /// <summary>The full path of the folder of state.</summary>
    public string Root { get; }

    internal string StateRoot => Path.Combine(Root, "state");

    /// <summary>A container of a bundle, which stays the caller's; nothing is made before <see cref="Container.Start"/>.</summary>
    /// <param name="id">Letters, digits, "_", "+", "-" and "."; unique below <see cref="Root"/>.</param>
    /// <param name="bundle">A folder with config.json.</param>
    /// <exception cref="ContainerException">The id is malformed, or the bundle has no valid config.json.</exception>
    public Container FromBundle(string id, string bundle)
    {
        string folder = Path.GetFullPath(bundle);
        Bundle.Read(folder, out _);
        return new Container(this, id, folder, ownsBundle: false);
    }

    /// <summary>A container of a spec; a bundle is written below <see cref="Root"/> and goes with the container.</summary>
    /// <param name="id">As for <see cref="FromBundle"/>.</param>
    /// <param name="spec">For example <see cref="ContainerSpec.Of"/>, changed; paths in it should be absolute.</param>
    /// <exception cref="ContainerException">The id is malformed or taken, or the spec is not valid.</exception>
    public Container FromSpec(string id, RuntimeSpec spec)
    {
        string folder = BundleOf(id);
        var container = new Container(this, id, folder, ownsBundle: true);
        if (Directory.Exists(folder))
        {
            throw new ContainerException("container with given ID already exists");
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "config.json"), JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec));
            Bundle.Read(folder, out _);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }

        return container;
    }

    /// <summary>A container that was started before, by this process or another.</summary>
    /// <exception cref="ContainerException">There is none of this id.</exception>
    public Container Find(string id)
    {
        string bundle = Wharf.Libcontainer.Container.Load(StateRoot, id).Record.Bundle;
        return new Container(this, id, bundle, ownsBundle: bundle == BundleOf(id));
    }

    /// <summary>The ids of all containers that were started and not deleted.</summary>
    public IReadOnlyList<string> List() => StateDirectory.List(StateRoot);

    /// <summary>A name for a file of one start of the runtime.</summary>
    internal string Scratch(string extension)
    {
        string folder = Path.Combine(Root, "starting");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.Combine(folder, Guid.NewGuid().ToString("N") + extension);
    }

    private string BundleOf(string id) => Path.Combine(Root, "bundles", id);
}
