using Wharf.Cli.CommandLine;
using Wharf.Cli.Contexts;

namespace Wharf.Cli.Tests.Contexts;

public sealed class ContextStoreTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("wharf-contexts-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_context_is_kept_where_dockers_client_keeps_it()
    {
        var store = new ContextStore(root);
        store.Put("far", """{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far:2376","SkipTLSVerify":false}}}""", new Dictionary<string, byte[]> { ["docker/ca.pem"] = [1, 2] });

        // The SHA-256 of "far".
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("far"u8));
        Assert.True(File.Exists(Path.Combine(root, "contexts/meta", digest, "meta.json")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(root, "contexts/tls", digest, "docker/ca.pem")));
        Assert.Equal("far", Assert.Single(store.List()).Name);
        Assert.Equal(["ca.pem"], store.TlsFiles("far", "docker"));
        store.Remove("far");
        Assert.Empty(store.List());
        Assert.Null(store.Find("far"));
    }

    [Theory]
    [InlineData("", "context name cannot be empty")]
    [InlineData("default", "\"default\" is a reserved context name")]
    [InlineData("a/b", "context name \"a/b\" is invalid, names are validated against regexp \"^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$\"")]
    public void Names_are_dockers(string name, string words) =>
        Assert.Equal(words, Assert.Throws<CommandException>(() => ContextStore.CheckName(name)).Message);
}
