namespace Wharf.Interop.Client;

/// <summary>The same stories on Debian's dockerd and on our engine: what the user reads is the same.</summary>
public sealed class SameOnBothEnginesTests(EnginesFixture fixture) : IClassFixture<EnginesFixture>
{
    [Fact]
    public void A_container_lives() => fixture.Same(
        ["run", "-d", "--name", "life", "--label", "kind=story", "--network", "none", "busybox:latest", "sh", "-c", "echo one; usleep 200000; echo two >&2; exec sleep 1000"],
        ["ps", "--filter", "name=life", "--format", "{{.Names}} {{.Image}} {{.Command}} {{.State}} {{.Labels}} {{.Networks}}"],
        ["exec", "life", "sh", "-c", "echo in; exit 4"],
        ["exec", "-e", "A=b", "-w", "/etc", "-u", "1:2", "life", "sh", "-c", "echo $A $PWD; id -u; id -g"],
        ["logs", "life"],
        ["logs", "--tail", "1", "life"],
        ["top", "life", "-o", "comm"],
        ["pause", "life"],
        ["ps", "--filter", "name=life", "--format", "{{.State}}"],
        ["unpause", "life"],
        ["rename", "life", "renamed"],
        ["stop", "-t", "0", "renamed"],
        ["wait", "renamed"],
        ["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}} {{.Name}} {{.Config.Cmd}} {{.HostConfig.NetworkMode}}", "renamed"],
        ["start", "renamed"],
        ["kill", "renamed"],
        ["rm", "renamed"],
        ["rm", "renamed"]);

    [Fact]
    public void What_cannot_be_is_refused() => fixture.Same(
        ["run", "--rm", "--network", "none", "busybox:latest", "nope"],
        ["run", "--rm", "--network", "none", "busybox:latest", "/etc/passwd"],
        ["run", "--rm", "Busybox"],
        ["run", "--rm", "--memory", "1", "busybox:latest", "true"],
        ["start", "nobody"],
        ["stop", "nobody"],
        ["rm", "nobody"],
        ["logs", "nobody"],
        ["inspect", "nobody"],
        ["tag", "nothing", "anything"],
        ["rmi", "nothing"],
        ["history", "nothing"],
        ["exec", "nobody", "true"],
        ["rename", "nobody", "somebody"],
        ["wait", "nobody"],
        ["port", "nobody"],
        ["diff", "nobody"]);

    [Fact]
    public void An_image_has_names() => fixture.Same(
        ["tag", "busybox:latest", "story:one"],
        ["images", "--format", "{{.Repository}}:{{.Tag}}", "story"],
        ["save", "-o", "FOLDER/story.tar", "story:one"],
        ["rmi", "story:one"],
        ["load", "-q", "-i", "FOLDER/story.tar"],
        ["image", "inspect", "--format", "{{.RepoTags}} {{json .Config.Cmd}} {{.Os}}/{{.Architecture}}", "story:one"],
        ["history", "-q", "--no-trunc", "story:one"],
        ["rmi", "story:one"]);

    [Fact]
    public void A_volume_keeps_what_is_written() => fixture.Same(
        ["volume", "create", "--label", "kind=story", "kept"],
        ["volume", "inspect", "--format", "{{.Name}} {{.Driver}} {{.Scope}} {{.Labels}}", "kept"],
        ["run", "--rm", "--network", "none", "-v", "kept:/v", "busybox:latest", "sh", "-c", "echo words > /v/f"],
        ["run", "--rm", "--network", "none", "--mount", "type=volume,src=kept,dst=/v,readonly", "busybox:latest", "sh", "-c", "cat /v/f; echo x > /v/f"],
        ["volume", "ls", "--filter", "label=kind=story", "--format", "{{.Driver}} {{.Name}}"],
        ["volume", "rm", "kept", "nothing"],
        ["volume", "inspect", "kept"]);

    [Fact]
    public void Files_go_in_and_out() => fixture.Same(
        ["create", "--name", "copies", "--network", "none", "busybox:latest", "true"],
        ["cp", "copies:/etc/passwd", "FOLDER/passwd"],
        ["cp", "FOLDER/passwd", "copies:/tmp/new-name"],
        ["cp", "copies:/tmp", "FOLDER"],
        ["cp", "FOLDER/passwd", "copies:/no/such/folder"],
        ["cp", "copies:/nothing", "FOLDER"],
        ["cp", "FOLDER/tmp/.", "copies:/flat"],
        ["cp", "copies:/flat/new-name", "FOLDER/flat"],
        ["rm", "copies"]);

    [Fact]
    public void Changes_become_an_image() => fixture.Same(
        ["run", "--name", "changed", "--network", "none", "busybox:latest", "sh", "-c", "echo words > /left"],
        ["commit", "-m", "words", "-a", "Anna", "-c", "ENV A=b", "-c", "CMD [\"cat\", \"/left\"]", "changed", "story:committed"],
        ["image", "inspect", "--format", "{{.Comment}} {{.Author}} {{json .Config.Env}} {{json .Config.Cmd}}", "story:committed"],
        ["run", "--rm", "--network", "none", "story:committed"],
        ["rm", "changed"],
        ["rmi", "-f", "nothing"]);

    [Fact]
    public void What_is_unused_is_removed() => fixture.Same(
        ["run", "--name", "ended", "--label", "kind=ended", "--network", "none", "busybox:latest", "true"],
        ["container", "prune", "-f", "--filter", "label=kind=other"],
        ["container", "prune", "-f", "--filter", "label=kind=ended"],
        ["ps", "-aq", "--filter", "name=ended"],
        ["volume", "create", "unused"],
        ["volume", "prune", "-f", "--filter", "label=nothing=x"],
        ["network", "prune", "-f"],
        ["image", "prune", "-f"]);
}
