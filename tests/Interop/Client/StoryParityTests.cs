namespace Wharf.Interop.Client;

/// <summary>Whole stories, told by both clients one after the other: what each step says is the same.</summary>
public sealed class StoryParityTests(ParityFixture fixture) : IClassFixture<ParityFixture>
{
    [Fact]
    public void A_network_is_made_joined_left_and_removed() => fixture.SameStory(
    [
        ["network", "create", "--internal", "--label", "kind=story", "--opt", "com.docker.network.bridge.name=wstory0", "story"],
        ["network", "ls", "--filter", "name=story", "--format", "{{.Name}} {{.Driver}} {{.Scope}} {{.Internal}} {{.Labels}}"],
        ["network", "connect", "--alias", "one,two", "story", "made"],
        ["network", "inspect", "--format", "{{.Name}} {{.Internal}} {{.Labels}}", "story"],
        ["inspect", "--format", "{{json (index .NetworkSettings.Networks \"story\").Aliases}}", "made"],
        ["network", "connect", "story", "made"],
        ["network", "disconnect", "story", "made"],
        ["network", "rm", "story", "nothing"],
    ]);

    [Fact]
    public void A_volume_is_made_filled_listed_and_removed() => fixture.SameStory(
    [
        ["volume", "create", "--label", "kind=story", "--opt", "type=tmpfs", "--opt", "device=tmpfs", "story"],
        ["volume", "inspect", "story", "--format", "{{.Name}} {{.Driver}} {{.Labels}} {{.Options}}"],
        ["volume", "create", "kept"],
        ["run", "--rm", "--network", "none", "-v", "kept:/v", "busybox", "sh", "-c", "echo words > /v/f"],
        ["run", "--rm", "--network", "none", "--mount", "type=volume,src=kept,dst=/v,readonly", "busybox", "cat", "/v/f"],
        ["volume", "ls", "--filter", "label=kind=story"],
        ["volume", "rm", "story", "nothing", "kept"],
    ]);

    [Fact]
    public void Files_are_copied_in_and_out() => fixture.SameStory(
    [
        ["create", "--name", "copies", "busybox", "true"],
        ["cp", "copies:/etc/passwd", "FOLDER/passwd"],
        ["cp", "FOLDER/passwd", "copies:/new-name"],
        ["cp", "copies:/new-name", "-"],
        ["cp", "FOLDER/passwd", "copies:/no/such/folder"],
        ["cp", "copies:/etc", "FOLDER/etc"],
        ["cp", "FOLDER/etc", "copies:/tmp"],
        ["cp", "copies:/tmp/etc/passwd", "FOLDER"],
        ["cp", "FOLDER/etc/.", "copies:/tmp/flat"],
        ["cp", "copies:/tmp/flat/passwd", "FOLDER/flat"],
        ["cp", "copies:/nothing", "FOLDER"],
        ["cp", "copies:/etc", "FOLDER/passwd"],
        ["rm", "copies"],
    ]);

    [Fact]
    public void Contexts_are_made_used_taken_out_and_in() => fixture.SameStory(
    [
        ["context", "create", "far", "--description", "a far one", "--docker", "host=tcp://192.0.2.1:2375"],
        ["context", "ls"],
        ["context", "inspect", "far", "--format", "{{.Name}} {{json .Endpoints}}"],
        ["context", "use", "far"],
        ["context", "show"],
        ["context", "update", "far", "--description", "farther"],
        ["context", "create", "near", "--from", "far"],
        ["context", "create", "near", "--from", "far"],
        ["context", "export", "far", "FOLDER/far.tar"],
        ["context", "rm", "far"],
        ["context", "import", "again", "FOLDER/far.tar"],
        ["context", "ls", "--format", "{{.Name}} {{.Description}} {{.DockerEndpoint}} {{.Current}}"],
        ["context", "use", "default"],
        ["context", "rm", "far", "near", "again", "nothing"],
    ]);

    [Fact]
    public void An_image_is_committed_named_saved_and_loaded() => fixture.SameStory(
    [
        ["run", "--name", "changed", "--network", "none", "busybox", "sh", "-c", "echo words > /left"],
        ["commit", "-m", "words", "-a", "Anna", "-c", "ENV A=b", "-c", "CMD [\"cat\", \"/left\"]", "changed", "story:one"],
        ["image", "inspect", "--format", "{{.Comment}} {{.Author}} {{json .Config.Env}} {{json .Config.Cmd}}", "story:one"],
        ["run", "--rm", "--network", "none", "story:one"],
        ["tag", "story:one", "story:two"],
        ["images", "story", "--format", "{{.Repository}}:{{.Tag}}"],
        ["save", "-o", "FOLDER/story.tar", "story:one"],
        ["rmi", "story:two"],
        ["load", "-q", "-i", "FOLDER/story.tar"],
        ["container", "prune", "-f", "--filter", "label=kind=nothing"],
        ["rm", "changed"],
        ["history", "--format", "{{.Comment}}", "story:one"],
    ], "rmi", "story:one");
}
