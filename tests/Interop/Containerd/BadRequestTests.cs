using System.Formats.Tar;
using System.Net.Sockets;
using System.Text;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>What is wrong is refused with its name, and the daemon goes on.</summary>
public sealed class BadRequestTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    [Theory]
    [InlineData("image \"nothere\": not found", "image", "label", "nothere", "a=b")]
    [InlineData("nothere", "container", "info", "nothere")]
    [InlineData("content sha256:0000000000000000000000000000000000000000000000000000000000000000: not found", "content", "get", "sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("snapshot \"nothere\": not found", "snapshot", "info", "nothere")]
    [InlineData("parent snapshot \"nothere\": not found", "snapshot", "prepare", "key", "nothere")]
    [InlineData("snapshotter not loaded: nothere", "snapshot", "--snapshotter", "nothere", "ls")]
    [InlineData("lease \"nothere\": not found", "leases", "delete", "nothere")]
    [InlineData("identifier \"../x\" must match", "--namespace", "../x", "image", "ls")]
    [InlineData("namespace \"default\" must be empty", "namespace", "rm", "default")]
    public void Words_name_what_is_wrong(string words, params string[] arguments)
    {
        Command command = containerd.Ctr(arguments);

        Assert.NotEqual(0, command.ExitCode);
        Assert.Contains(words, command.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Content_that_is_not_what_it_says_is_not_kept()
    {
        string digest = TestImage.Digest("content"u8.ToArray());

        Command write = containerd.CtrReading("other content", "content", "ingest", "--expected-digest", digest, "ref-wrong");

        Assert.NotEqual(0, write.ExitCode);
        Assert.Contains("unexpected commit digest", write.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(digest, containerd.Ctr("content", "ls", "-q").Succeeds().Output, StringComparison.Ordinal);
        containerd.Ctr("content", "ingest", "--help").Succeeds();
    }

    [Fact]
    public void A_layer_that_leaves_its_root_is_refused_and_nothing_of_it_stays()
    {
        string archive = Path.Combine(containerd.Root, "hostile.tar");
        var image = new TestImage([TestImage.Layer(new PaxTarEntry(TarEntryType.RegularFile, "../../../../../../../../tmp/wharf-hostile") { DataStream = new MemoryStream("x"u8.ToArray()) })]);
        File.WriteAllBytes(archive, image.Archive("example.com/hostile:1"));

        Command import = containerd.Ctr("image", "import", archive);

        Assert.NotEqual(0, import.ExitCode);
        Assert.Contains("leaves the root of the layer", import.Error, StringComparison.Ordinal);
        Assert.False(File.Exists("/tmp/wharf-hostile"));
        Assert.True(containerd.IsAlive);
        containerd.Ctr("image", "rm", "--sync", "example.com/hostile:1");
        Assert.DoesNotContain("extract", containerd.Ctr("snapshot", "ls").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_on_its_sockets_does_not_end_it()
    {
        foreach (string path in new[] { containerd.Socket, containerd.Socket + ".ttrpc" })
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n" + new string('\u007f', 4000)));
        }

        Assert.True(containerd.IsAlive);
        containerd.Ctr("version").Succeeds();
    }
}
