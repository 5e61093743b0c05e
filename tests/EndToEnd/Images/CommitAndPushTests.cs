using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Images;

/// <summary>Images made of containers, and sent to a registry.</summary>
public sealed class CommitAndPushTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"p{Guid.NewGuid():N}";

    public void Dispose()
    {
        engine.Docker("rm", "-f", "-v", name);
        engine.Docker("rmi", "-f", name);
    }

    [Fact]
    public void A_container_becomes_an_image_with_its_files_and_the_changes()
    {
        engine.Docker("run", "--name", name, "-e", "OWN=1", "busybox:latest", "sh", "-c", "echo kept >/file; rm /etc/group").Succeeds();
        engine.Docker("commit", "-m", "told", "-a", "somebody", "-c", "CMD cat /file", "-c", "ENV MORE=2", name, name).Succeeds();

        Assert.Equal("kept\n", engine.Docker("run", "--rm", name).Succeeds().Output);
        Assert.NotEqual(0, engine.Docker("run", "--rm", name, "ls", "/etc/group").ExitCode);
        JsonElement image = JsonDocument.Parse(engine.Docker("inspect", "--type", "image", name).Succeeds().Output).RootElement[0];
        Assert.Equal("somebody", image.GetProperty("Author").GetString());
        Assert.Contains(image.GetProperty("Config").GetProperty("Env").EnumerateArray(), entry => entry.GetString() == "OWN=1");
        Assert.Contains("told", engine.Docker("history", name).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_pushed_can_be_pulled_and_is_sent_once()
    {
        using var registry = new DockerRegistry();
        string target = registry.Authority + "/some/where:tag";
        engine.Docker("create", "--name", name, "busybox:latest").Succeeds();
        engine.Docker("commit", name, target).Succeeds();
        try
        {
            Assert.Contains("tag: digest: sha256:", engine.Docker("push", target).Succeeds().Output, StringComparison.Ordinal);
            Assert.Contains("Layer already exists", engine.Docker("push", target).Succeeds().Output, StringComparison.Ordinal);
            engine.Docker("rmi", target).Succeeds();
            engine.Docker("pull", target).Succeeds();
            Assert.Contains("tag does not exist: " + registry.Authority + "/no:such", engine.Docker("push", registry.Authority + "/no:such").Error, StringComparison.Ordinal);
        }
        finally
        {
            engine.Docker("rmi", "-f", target);
        }
    }
}
