using System.Security.Cryptography;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>ctr's commands about content and a registry at once.</summary>
public sealed class CtrContentTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"objects-{Guid.NewGuid():N}";

    [Fact]
    public void An_object_goes_to_a_registry_and_comes_back()
    {
        using var registry = new DockerRegistry();
        string text = $"object {id}";
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))}";
        containerd.CtrReading(text, "-n", id, "content", "ingest", "--expected-digest", digest, id).Succeeds();

        containerd.Ctr("-n", id, "content", "push-object", "--plain-http", $"{registry.Authority}/objects:1", digest, "application/octet-stream").Succeeds();

        Assert.Equal(text, Command.Run("curl", "-s", $"http://{registry.Authority}/v2/objects/blobs/{digest}").Succeeds().Output.TrimEnd('\n'));
        Command again = containerd.Ctr("-n", id, "content", "push-object", "--plain-http", $"{registry.Authority}/objects:1", digest, "application/octet-stream");
        Assert.True(again.ExitCode == 0 || again.Error.Contains("already exists", StringComparison.Ordinal), again.Error);
    }

    [Fact]
    public void An_images_content_is_fetched_and_its_manifest_shown()
    {
        using var registry = new DockerRegistry();
        registry.Add($"oci-archive:{containerd.Root}/busybox.tar", "busybox:1");
        string manifest = Command.Run("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{registry.Authority}/busybox:1").Succeeds().Output;

        string shown = containerd.Ctr("-n", id, "content", "fetch-object", "--plain-http", $"{registry.Authority}/busybox:1").Succeeds().Output;
        containerd.Ctr("-n", id, "content", "fetch", "--plain-http", $"{registry.Authority}/busybox:1").Succeeds();

        Assert.Equal(manifest, shown);
        Assert.Equal(3, containerd.Ctr("-n", id, "content", "ls", "-q").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains($"{registry.Authority}/busybox:1", containerd.Ctr("-n", id, "image", "ls", "-q").Succeeds().Output, StringComparison.Ordinal);
    }
}
