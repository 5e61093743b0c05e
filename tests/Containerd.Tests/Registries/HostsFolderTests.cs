using Wharf.Containerd.Registries;
using Wharf.Registry;

namespace Wharf.Containerd.Tests.Registries;

public sealed class HostsFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-hosts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Hosts_come_in_the_order_of_the_file_and_the_server_last()
    {
        Write("registry.example", """
            server = "https://registry.example"
            [host."http://second.local:5000"]
              capabilities = ["pull", "resolve"]
              skip_verify = true
              [host."http://second.local:5000".header]
                x-one = "1"
                x-more = ["2", "3"]
            [host."mirror.local/path"]
              capabilities = ["pull"]
              override_path = true
              ca = "ca.pem"
              client = [["client.pem", "client.key"], "/both.pem"]
              dial_timeout = "1m1.5s"
            """);

        IReadOnlyList<RegistryEndpoint> all = Find("registry.example");

        Assert.Equal(["http://second.local:5000/v2/", "https://mirror.local/path/", "https://registry.example/v2/"], all.Select(one => one.Base.ToString()));
        Assert.All(all, one => Assert.Empty(one.Root));
        Assert.Equal([RegistryCapabilities.Pull | RegistryCapabilities.Resolve, RegistryCapabilities.Pull, RegistryCapabilities.All], all.Select(one => one.Capabilities));
        Assert.Equal([true, true, false], all.Select(one => one.IsMirror));
        Assert.Equal(["registry.example", "registry.example", null], all.Select(one => one.Namespace));
        Assert.Equal([("x-one", "1"), ("x-more", "2"), ("x-more", "3")], all[0].Headers.Select(header => (header.Key, header.Value)));
        Assert.False(all[0].Tls!.Verify);
        Assert.Equal([Path.Combine(folder, "registry.example/ca.pem")], all[1].Tls!.Authorities);
        Assert.Equal([(Path.Combine(folder, "registry.example/client.pem"), Path.Combine(folder, "registry.example/client.key")), ("/both.pem", "/both.pem")], all[1].Tls!.Clients);
        Assert.Equal(TimeSpan.FromSeconds(61.5), all[1].ConnectLimit);
        Assert.Null(all[2].Tls);
    }

    [Theory]
    [InlineData("one.example:5000", "one.example_5000_")]
    [InlineData("one.example:5000", "one.example:5000")]
    [InlineData("one.example:5000", "_default")]
    [InlineData("one.example", "one.example")]
    public void A_folder_is_found_by_host_by_host_and_port_and_by_default(string domain, string name)
    {
        Write(name, """[host."https://mirror.local"]""");

        Assert.Equal(["https://mirror.local/v2/", $"https://{domain}/"], Find(domain).Select(one => one.Base.ToString()));
        Assert.Null(HostsFolder.Find(Path.Combine(folder, "nothing"), domain, null));
    }

    [Fact]
    public void Docker_Hub_is_the_server_of_docker_io()
    {
        Write("docker.io", """[host."https://mirror.local"]""");

        Assert.Equal(["https://mirror.local/v2/", "https://registry-1.docker.io/"], Find("docker.io").Select(one => one.Base.ToString()));
    }

    [Fact]
    public void Certificates_alone_are_read_as_docker_reads_them()
    {
        string host = Path.Combine(folder, "one.example");
        Directory.CreateDirectory(host);
        foreach (string file in new[] { "a.crt", "b.cert", "b.key", "c.cert" })
        {
            File.WriteAllText(Path.Combine(host, file), string.Empty);
        }

        RegistryEndpoint only = Assert.Single(Find("one.example"));

        Assert.Equal([Path.Combine(host, "a.crt")], only.Tls!.Authorities);
        Assert.Equal([(Path.Combine(host, "b.cert"), Path.Combine(host, "b.key")), (Path.Combine(host, "c.cert"), Path.Combine(host, "c.cert"))], only.Tls.Clients);
        Assert.Equal("https", only.Base.Scheme);
    }

    [Theory]
    [InlineData("server = 1", "\"server\": not a text")]
    [InlineData("[host.\"https://x\"]\ncapabilities = [\"fly\"]", "unknown capability fly")]
    [InlineData("[host.\"https://x\"]\nskip_verify = \"yes\"", "\"skip_verify\": not true or false")]
    [InlineData("[host.\"https://x\"]\nclient = [[\"a\"]]", "\"client\": not a file, or a pair of files")]
    [InlineData("[host.\"https://x\"]\ndial_timeout = \"soon\"", "\"soon\" is not a duration")]
    [InlineData("[host.\"httpx://x\"]", "not a URL of http")]
    [InlineData("server = ", "read hosts")]
    public void What_cannot_be_read_is_named(string text, string words)
    {
        Write("one.example", text);

        ContainerdException error = Assert.Throws<ContainerdException>(() => Find("one.example"));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(folder, "one.example/hosts.toml"), error.Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<RegistryEndpoint> Find(string domain) => HostsFolder.Find(folder, domain, defaultScheme: null)!;

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(folder, name));
        File.WriteAllText(Path.Combine(folder, name, "hosts.toml"), text);
    }
}
