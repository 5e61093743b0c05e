namespace Wharf.Shim.Tests;

/// <summary>What a shim reads of config.json.</summary>
public sealed class BundleDocumentTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-shim-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-id":"pod"}}""", "pod")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-id":"pod","io.containerd.runc.v2.group":"own"}}""", "own")]
    [InlineData("""{"annotations":{"other":"io.kubernetes.cri.sandbox-id"},"process":{"env":["io.kubernetes.cri.sandbox-id=x"]}}""", null)]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-id":""}}""", null)]
    [InlineData("""{"annotations":null,"hooks":{"io.kubernetes.cri.sandbox-id":"no"}}""", null)]
    public void The_group_is_an_annotation(string json, string? group) => Assert.Equal(group, Read(json).Group);

    [Theory]
    [InlineData("""{"linux":{"namespaces":[{"type":"mount"},{"type":"pid"}]}}""", true)]
    [InlineData("""{"linux":{"resources":{"pids":{"limit":1}},"namespaces":[{"path":"/proc/1/ns/pid","type":"pid"}]}}""", false)]
    [InlineData("""{"linux":{"namespaces":[{"type":"network","path":"/x"},{"type":"pid"}]}}""", true)]
    [InlineData("""{"linux":{"namespaces":[{"type":"mount"}]}}""", false)]
    [InlineData("""{"linux":{}}""", false)]
    public void Processes_are_its_own_in_a_new_pid_namespace(string json, bool own) => Assert.Equal(own, Read(json).OwnProcesses);

    [Theory]
    [InlineData("""{"mounts":[{"destination":"/x","options":["rbind","rshared"]}]}""", true)]
    [InlineData("""{"linux":{"rootfsPropagation":"shared"}}""", true)]
    [InlineData("""{"mounts":[{"destination":"/x","options":["rbind","rslave"]}]}""", false)]
    [InlineData("""{"annotations":{"a":"shared"}}""", false)]
    public void Mounts_reach_the_host_when_they_are_shared(string json, bool shared) => Assert.Equal(shared, Read(json).SharesMounts);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nothing")]
    public void A_malformed_document_is_the_runtimes_to_refuse(string json) => Assert.True(Read(json).SharesMounts);

    [Fact]
    public void A_bundle_may_have_none() => Assert.Null(BundleDocument.Read(folder).Group);

    private BundleDocument Read(string json)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), json);
        return BundleDocument.Read(folder);
    }
}
