using System.Text.Json;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Embedding;

/// <summary>A container of a <see cref="ContainerRuntime"/>. The object owns nothing: a container lives until <see cref="Delete"/>, whoever has started it.</summary>
public sealed class Container
{
    private readonly ContainerRuntime runtime;
    private readonly bool ownsBundle;

    internal Container(ContainerRuntime runtime, string id, string bundle, bool ownsBundle)
    {
        // Its name becomes a folder's.
        _ = new StateDirectory(runtime.StateRoot, id);
        this.runtime = runtime;
        this.ownsBundle = ownsBundle;
        Id = id;
        Bundle = bundle;
    }

    /// <summary>The name below the runtime's root.</summary>
    public string Id { get; }

    /// <summary>The full path of the folder with config.json.</summary>
    public string Bundle { get; }

    /// <summary>What it does now; <see cref="ContainerStatus.Stopped"/> also before it was started.</summary>
    public ContainerStatus Status => StateDirectory.List(runtime.StateRoot).Contains(Id) ? Load().Status() : ContainerStatus.Stopped;

    /// <summary>The ids of its processes, as the caller's pid namespace has them.</summary>
    /// <exception cref="ContainerException">It was not started.</exception>
    public IReadOnlyList<int> Processes => Try(() => Load().Processes());

    /// <summary>Makes the container and starts its program; returns when the program is about to be executed.</summary>
    /// <param name="streams">What its standard streams are.</param>
    /// <returns>The program, to wait for; the caller's to dispose, which does not end it.</returns>
    /// <exception cref="ContainerException">It could not be made; nothing is left behind but the bundle.</exception>
    public ContainerProcess Start(StandardStreams streams = StandardStreams.Inherited) =>
        ContainerProcess.Start(runtime, ["run", "--keep", "--bundle", Bundle], [Id], streams, started: () => Status != ContainerStatus.Created);

    /// <summary>Starts one more program with arguments, as the user and with the environment of the container's own.</summary>
    /// <returns>As for <see cref="Start"/>.</returns>
    /// <exception cref="ContainerException">The container does not run, or has no such program.</exception>
    public ContainerProcess Exec(params string[] arguments) => ContainerProcess.Start(runtime, ["exec"], [Id, .. arguments], StandardStreams.Inherited, started: () => true);

    /// <summary>Starts one more program, described in full.</summary>
    /// <param name="process">The program with its user, environment, capabilities and so on: config.md, "Process".</param>
    /// <param name="streams">What its standard streams are.</param>
    /// <returns>As for <see cref="Start"/>.</returns>
    /// <exception cref="ContainerException">As for <see cref="Exec(string[])"/>.</exception>
    public ContainerProcess Exec(Process process, StandardStreams streams = StandardStreams.Inherited)
    {
        string document = runtime.Scratch(".json");
        try
        {
            File.WriteAllBytes(document, JsonSerializer.SerializeToUtf8Bytes(process, RuntimeJson.Default.Process));
            return ContainerProcess.Start(runtime, ["exec", "--process", document], [Id], streams, started: () => true);
        }
        finally
        {
            File.Delete(document);
        }
    }

    /// <summary>Sends a signal to its first process.</summary>
    /// <param name="signal">A number of signal(7), such as 15 for SIGTERM.</param>
    /// <exception cref="ContainerException">It does not run.</exception>
    public void Signal(int signal) => Try(() => Load().Kill(signal, all: false));

    /// <summary>Stops all processes where they are, until <see cref="Resume"/>.</summary>
    /// <exception cref="ContainerException">It does not run.</exception>
    public void Pause() => Try(Load().Pause);

    /// <summary>Lets paused processes go on.</summary>
    /// <exception cref="ContainerException">It is not paused.</exception>
    public void Resume() => Try(Load().Resume);

    /// <summary>Changes limits of the running container; what is null in them stays as it is.</summary>
    /// <param name="limits">Memory in bytes, processor time in microseconds a period, and so on: config-linux.md, "Control groups".</param>
    /// <exception cref="ContainerException">It does not run, or the kernel refuses a value.</exception>
    public void Limit(Resources limits) => Try(() => Load().Update(limits));

    /// <summary>What it uses now.</summary>
    /// <exception cref="ContainerException">It does not run.</exception>
    public ContainerUsage Usage() => Try(() => ContainerUsage.Of(Load().Statistics()));

    /// <summary>Removes what is left of it: cgroups, state, and a bundle that was written for it.</summary>
    /// <param name="force">Kills it first when it still runs.</param>
    /// <exception cref="ContainerException">It still runs, and is not to be killed. A poststop hook that fails stops nothing.</exception>
    public void Delete(bool force = false)
    {
        if (StateDirectory.List(runtime.StateRoot).Contains(Id))
        {
            Try(() => Load().Delete(force, warn: _ => { }));
        }

        if (ownsBundle && Directory.Exists(Bundle))
        {
            Directory.Delete(Bundle, recursive: true);
        }
    }

    private Wharf.Libcontainer.Container Load() => Wharf.Libcontainer.Container.Load(runtime.StateRoot, Id);

    private static void Try(Action action) => Try(() =>
    {
        action();
        return 0;
    });

    /// <summary>What the kernel refuses has one type for the caller too.</summary>
    private static T Try<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SyscallException error)
        {
            throw new ContainerException(error.Message, error);
        }
    }
}
