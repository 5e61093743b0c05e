namespace Wharf.Interop.Client;

/// <summary>The same stories on Debian's dockerd and on our engine: what the user reads is the same.</summary>
public sealed class SameOnBothEnginesTests(EnginesFixture fixture) : IClassFixture<EnginesFixture>
{
    [Fact]
    public void A_container_lives() => fixture.Same(
        ["run", "-d", "--name", "life", "--label", "kind=story", "--network", "none", "busybox:latest", "sh", "-c", "echo one; echo two >&2; exec sleep 1000"],
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
        ["kill", "nobody"],
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
}
