using Wharf.Shim.Io;

namespace Wharf.Shim.Tests.Io;

/// <summary>Streams as URIs.</summary>
public sealed class StreamAddressTests
{
    [Theory]
    [InlineData("/run/fifo", "fifo", "/run/fifo", "")]
    [InlineData("/run/a%20b?c", "fifo", "/run/a%20b?c", "")]
    [InlineData("fifo:///run/fifo", "fifo", "/run/fifo", "")]
    [InlineData("file:///var/log/a%20b", "file", "/var/log/a b", "")]
    [InlineData("binary:///bin/logger", "binary", "/bin/logger", "")]
    [InlineData("binary:///bin/logger?id=1&--quiet=&name=a+b%26c", "binary", "/bin/logger", "id|1|--quiet|name|a b&c")]
    [InlineData("binary-v2:///bin/logger?--flag", "binary-v2", "/bin/logger", "--flag")]
    [InlineData("binary:///a+b", "binary", "/a+b", "")]
    public void A_path_and_arguments(string text, string scheme, string path, string arguments)
    {
        StreamAddress address = StreamAddress.Parse(text);

        Assert.Equal((scheme, path, arguments), (address.Scheme, address.Path, string.Join('|', address.Arguments)));
    }
}
