using System.Text.Json;
using Wharf.ContainerdApi.RuncOptions;
using Wharf.Daemon.Configuration;
using Wharf.Daemon.Containers;

namespace Wharf.Daemon.Tests.Containers;

public sealed class ContainerRuntimesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-runtimes-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("", "io.containerd.wharf.v2")]
    [InlineData("wharf", "io.containerd.wharf.v2")]
    [InlineData("runc", "io.containerd.wharf.v2")]
    [InlineData("io.containerd.kata.v2", "io.containerd.kata.v2")]
    [InlineData("/usr/local/bin/containerd-shim-x", "/usr/local/bin/containerd-shim-x")]
    public void A_name_is_ours_or_a_shims(string name, string shim)
    {
        ContainerRuntime found = Make(new DaemonOptions()).Find(name);

        Assert.Equal(shim, found.Shim);
        Assert.Null(found.Options);
    }

    [Theory]
    [InlineData("crun")]
    [InlineData("io.containerd")]
    [InlineData("io..v2")]
    [InlineData("io.containerd.kata.x2")]
    [InlineData("../crun")]
    public void Another_name_is_refused(string name) =>
        Assert.Equal($"unknown or invalid runtime name: {name}", Assert.Throws<EngineException>(() => Make(new DaemonOptions()).Find(name)).Message);

    [Fact]
    public void A_program_with_arguments_is_a_script_whose_name_tells_its_content()
    {
        string Script(params string[] arguments) => Options.Parser.ParseFrom(Make(With("x", new ConfiguredRuntime { Path = "/bin/echo", Arguments = arguments })).Find("x").Options!.Value).BinaryName;
        string first = Script("it's", "a b");

        Assert.Equal("#!/bin/sh\nexec '/bin/echo' 'it'\\''s' 'a b' \"$@\"\n", File.ReadAllText(first));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(first));
        Assert.Equal(first, Script("it's", "a b"));
        Assert.NotEqual(first, Script("other"));
    }

    [Fact]
    public void A_programs_containers_are_known_below_the_engines_own_folder()
    {
        Options options = Options.Parser.ParseFrom(Make(With("x", new ConfiguredRuntime { Path = "/a" })).Find("x").Options!.Value);

        Assert.Equal(("/a", "/run/x/runtime-x"), (options.BinaryName, options.Root));
    }

    [Fact]
    public void Where_containerds_shim_is_the_default_programs_run_behind_it()
    {
        ContainerRuntimes runtimes = Make(With("x", new ConfiguredRuntime { Path = "/a" }) with { Runtime = "io.containerd.runc.v2", SystemdCgroup = true });

        Assert.All(["", "x", "runc"], name =>
        {
            ContainerRuntime found = runtimes.Find(name);
            Assert.Equal("io.containerd.runc.v2", found.Shim);
            Assert.True(Options.Parser.ParseFrom(found.Options!.Value).SystemdCgroup);
        });
        Assert.Equal("io.containerd.wharf.v2", runtimes.Find("wharf").Shim);
    }

    [Fact]
    public void Options_of_a_shim_of_runcs_kind_are_its_own()
    {
        Options options = Options.Parser.ParseFrom(Make(With("x", new ConfiguredRuntime { Type = "io.containerd.runc.v2", Options = Json("""{"BinaryName":"/bin/x","systemdCgroup":true,"IoUid":7}""") })).Find("x").Options!.Value);

        Assert.Equal(("/bin/x", true, 7u), (options.BinaryName, options.SystemdCgroup, options.IoUid));
    }

    [Fact]
    public void Options_of_another_shim_are_a_file_and_a_type()
    {
        Google.Protobuf.WellKnownTypes.Any options = Make(With("x", new ConfiguredRuntime { Type = "io.containerd.kata.v2", Options = Json("""{"TypeUrl":"t","ConfigPath":"/c"}""") })).Find("x").Options!;

        Assert.Equal("runtimeoptions.v1.Options", options.TypeUrl);
        Assert.Equal([0x0a, 1, (byte)'t', 0x12, 2, (byte)'/', (byte)'c'], options.Value.ToByteArray());
    }

    [Theory]
    [InlineData("""{}""", "runtime \"x\": either a runtimeType or a path must be configured")]
    [InlineData("""{"path":"/a","runtimeType":"b"}""", "runtime \"x\": either path or runtimeType is to be given, not both")]
    [InlineData("""{"path":"/a","options":{"Root":"/b"}}""", "runtime \"x\": options are for a runtimeType, not for a path")]
    [InlineData("""{"runtimeType":"io.containerd.runc.v2","runtimeArgs":["a"]}""", "runtime \"x\": runtimeArgs are for a path, not for a runtimeType")]
    [InlineData("""{"runtimeType":"io.containerd.runc.v2","options":{"Nonsense":1}}""", "runtime \"x\": unknown option \"Nonsense\"")]
    public void What_cannot_be_is_refused_at_the_start(string text, string message) =>
        Assert.Equal(message, Assert.Throws<EngineException>(() => Make(With("x", JsonSerializer.Deserialize<ConfiguredRuntime>(text)!))).Message);

    [Fact]
    public void A_default_that_nobody_knows_is_refused_and_changes_nothing()
    {
        ContainerRuntimes runtimes = Make(With("x", new ConfiguredRuntime { Path = "/a" }) with { Runtime = "x" });

        Assert.Throws<EngineException>(() => runtimes.Use(new DaemonOptions { Runtime = "y" }));
        Assert.Equal("x", runtimes.Default);
        runtimes.Use(new DaemonOptions());
        Assert.Equal("wharf", runtimes.Default);
        Assert.Throws<EngineException>(() => runtimes.Find("x"));
    }

    private static DaemonOptions With(string name, ConfiguredRuntime runtime) => new() { Runtimes = new Dictionary<string, ConfiguredRuntime> { [name] = runtime } };

    private static Dictionary<string, JsonElement> Json(string text) => JsonDocument.Parse(text).RootElement.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.Clone());

    private ContainerRuntimes Make(DaemonOptions options) => new(options with { DataRoot = folder, ExecRoot = "/run/x" });
}
