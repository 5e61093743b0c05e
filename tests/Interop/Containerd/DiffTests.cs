using System.IO.Compression;
using System.Text;
using Wharf.Harness;
using Wharf.Interop.Shim;

namespace Wharf.Interop.Containerd;

/// <summary>Layers that wharf-containerd makes of snapshots, beside those that Debian's containerd makes of the same.</summary>
public sealed class DiffTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private const string Tar = "application/vnd.oci.image.layer.v1.tar";

    private const string Base = """
        mkdir -p dir/sub other empty gone/deep
        echo one >dir/one; echo two >dir/two; echo x >dir/sub/x; echo y >other/y; echo z >gone/deep/z
        ln dir/one dir/one.again; ln -s ../other dir/link; echo file >becomes-dir; mkdir becomes-file; echo in >becomes-file/in
        mknod dir/null c 1 3; mkfifo dir/fifo; echo cap >dir/cap; chown 1000:3000000 dir/two
        """;

    private const string Changes = """
        echo more >>dir/one; rm dir/two dir/sub/x; rm -r gone; rm becomes-dir; mkdir becomes-dir; echo a >becomes-dir/a
        rm -r becomes-file; echo now >becomes-file; rm -r other; mkdir other; echo new >other/new
        long=$(printf 'l%.0s' $(seq 90)); mkdir -p $long/$long; echo long >$long/$long/$long; echo ü >"ü"; touch "$(printf 'caf\351')"
        echo first >h1; ln h1 h2; mkdir z; ln h1 z/h3; ln -s /$long$long link; mknod block b 7 200; mkfifo pipe; chmod 4755 dir/cap
        truncate -s 3M sparse; chmod 700 empty; rm dir/one.again; mv dir/link dir/moved
        """;

    private const string SameTimes = "\nfind . -newermt 2021-01-01 -exec touch -h -d @1600000000 {} +";

    private readonly string key = $"diff-{Guid.NewGuid():N}";

    [Fact]
    public void The_bytes_are_those_of_containerd_for_the_same_trees()
    {
        using var debian = new DebianContainerd();

        byte[] theirs = Layer(debian.Socket);
        byte[] ours = Layer(containerd.Socket);

        Assert.Equal(Listing(theirs), Listing(ours));
        Assert.True(theirs.AsSpan().SequenceEqual(ours), "the same entries in other bytes");
    }

    [Fact]
    public void What_a_snapshot_changed_becomes_a_layer_of_an_image_that_runs()
    {
        string parent = containerd.Ctr("snapshots", "ls").Succeeds().Output.Split('\n').First(line => line.StartsWith("sha256:", StringComparison.Ordinal)).Split(' ')[0];
        containerd.Ctr("snapshots", "prepare", key, parent).Succeeds();
        Change(containerd.Socket, key, "echo hello >hello; rm bin/ls");
        byte[] layer = Gunzip(Diff(containerd.Socket, "--keep", "--label", $"mine={key}", key));

        string row = containerd.Ctr("content", "ls").Succeeds().Output.Split('\n').Single(line => line.Contains($"mine={key}", StringComparison.Ordinal));
        Assert.Contains($"containerd.io/uncompressed={TestImage.Digest(layer)}", row, StringComparison.Ordinal);
        string archive = Path.Combine(containerd.Root, $"{key}.tar");
        Directory.CreateDirectory(Path.Combine(containerd.Root, key, "bin"));
        File.Copy("/bin/busybox", Path.Combine(containerd.Root, key, "bin", "busybox"));
        File.Copy("/bin/busybox", Path.Combine(containerd.Root, key, "bin", "ls"));
        Command.Run("tar", "-C", Path.Combine(containerd.Root, key), "-cf", archive, "bin").Succeeds();
        File.WriteAllBytes(archive, new TestImage([File.ReadAllBytes(archive), layer]).Archive($"example.com/{key}:1"));
        containerd.Ctr("image", "import", archive).Succeeds();

        Command run = containerd.Ctr("run", "--rm", "--runtime", Programs.Shim, $"example.com/{key}:1", $"{key}-run", "/bin/busybox", "sh", "-c", "/bin/busybox cat /hello; /bin/busybox ls /bin");

        Assert.Equal(("hello\nbusybox\n", string.Empty), (run.Output, run.Error));
    }

    [Theory]
    [InlineData("gzip", "+gzip")]
    [InlineData("zstd", "+zstd")]
    public void The_compression_is_that_of_the_media_type(string program, string suffix)
    {
        containerd.Ctr("snapshots", "prepare", key).Succeeds();
        Change(containerd.Socket, key, "mkdir a; seq 10000 >a/numbers; ln a/numbers b");
        byte[] plain = Diff(containerd.Socket, "--media-type", Tar, key);
        byte[] packed = Diff(containerd.Socket, "--media-type", Tar + suffix, key);

        File.WriteAllBytes(Path.Combine(containerd.Root, key), packed);
        Command.Run("/bin/sh", "-c", $"{program} -dc <{containerd.Root}/{key} >{containerd.Root}/{key}.plain").Succeeds();

        Assert.True(packed.Length * 2 < plain.Length);
        Assert.True(plain.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(containerd.Root, $"{key}.plain"))));
    }

    [Fact]
    public void What_cannot_be_made_is_refused_by_name_and_leaves_nothing()
    {
        containerd.Ctr("snapshots", "prepare", key).Succeeds();

        Command type = containerd.Ctr("snapshots", "diff", "--media-type", "application/x-rar", "--ref", key, key);
        Command missing = containerd.Ctr("snapshots", "diff", "nothere");

        Assert.Contains("unsupported diff media type: application/x-rar: not implemented", type.Error, StringComparison.Ordinal);
        Assert.Contains("snapshot \"nothere\": not found", missing.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(key, containerd.Ctr("content", "active").Succeeds().Output, StringComparison.Ordinal);
        Assert.Empty(HostMounts.Below(containerd.Root));
    }

    [Fact]
    public void A_name_of_any_bytes_does_not_keep_a_snapshot_from_its_removal()
    {
        containerd.Ctr("snapshots", "prepare", key).Succeeds();
        Change(containerd.Socket, key, $"mkdir \"$(printf '\\377')\"; touch \"$(printf '\\377')/$(printf '\\351'){key}\"");

        containerd.Ctr("snapshots", "usage", key).Succeeds();
        containerd.Ctr("snapshots", "rm", key).Succeeds();

        Assert.Empty(Command.Run("find", containerd.Store, "-name", $"*{key}").Output);
    }

    /// <summary>Kinds, names and links of a layer, a line for each entry.</summary>
    private string Listing(byte[] layer)
    {
        string path = Path.Combine(containerd.Root, $"{key}.list");
        File.WriteAllBytes(path, layer);
        return Command.Run("tar", "--numeric-owner", "--full-time", "--utc", "-tvf", path).Succeeds().Output;
    }

    /// <summary>Two snapshots of the same changes, and the layer between them without the times of whiteouts, which are theirs alone.</summary>
    private byte[] Layer(string address)
    {
        Ctr(address, "snapshots", "prepare", $"{key}-base").Succeeds();
        Change(address, $"{key}-base", Base + SameTimes);
        Ctr(address, "snapshots", "commit", $"{key}-committed", $"{key}-base").Succeeds();
        Ctr(address, "snapshots", "prepare", key, $"{key}-committed").Succeeds();
        Change(address, key, Changes + SameTimes);
        byte[] layer = Diff(address, "--media-type", Tar, key);
        for (int at = 0; at + 512 <= layer.Length; at += 512)
        {
            Span<byte> header = layer.AsSpan(at, 512);
            string name = Encoding.UTF8.GetString(header[..100]).TrimEnd('\0');
            if (header[257..262].SequenceEqual("ustar"u8) && Path.GetFileName(name).StartsWith(".wh.", StringComparison.Ordinal))
            {
                header[136..147].Fill((byte)'0');
                header[148..156].Fill((byte)' ');
                int sum = 0;
                foreach (byte one in header)
                {
                    sum += one;
                }

                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", header[148..155]);
            }
        }

        return layer;
    }

    private byte[] Diff(string address, params string[] arguments)
    {
        string path = Path.Combine(containerd.Root, $"{key}.layer");
        Command.Run("/bin/sh", ["-c", "out=$1; shift; exec timeout -k 1 60 ctr --address \"$@\" >\"$out\"", "sh", path, address, "snapshots", "diff", .. arguments]).Succeeds();
        return File.ReadAllBytes(path);
    }

    private void Change(string address, string name, string script)
    {
        string point = Directory.CreateDirectory(Path.Combine(containerd.Root, $"{key}.mnt")).FullName;
        string mount = Ctr(address, "snapshots", "mounts", point, name).Succeeds().Output;
        Command.Run("/bin/sh", "-ec", $"{mount}\ntrap 'cd /; umount {point}' EXIT\ncd {point}\n{script}").Succeeds();
    }

    private static Command Ctr(string address, params string[] arguments) => Command.Run("timeout", ["-k", "1", "60", "ctr", "--address", address, .. arguments]);

    private static byte[] Gunzip(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
