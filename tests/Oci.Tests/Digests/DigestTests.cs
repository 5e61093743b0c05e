using System.Text;
using Wharf.Oci.Digests;

namespace Wharf.Oci.Tests.Digests;

public sealed class DigestTests
{
    private const string OfNothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void Is_the_hash_of_content() => Assert.Equal(OfNothing, Digest.Of([]).ToString());

    [Theory]
    [InlineData(OfNothing)]
    [InlineData("sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e")]
    public void Reads_what_it_writes(string text) => Assert.Equal(text, Digest.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("sha256")]
    [InlineData("sha256:")]
    [InlineData("sha256:e3b0")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("sha256:../../../../etc/passwd/../../../../etc/passwd/../../../../etc/passw")]
    [InlineData("../../sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void Refuses_what_is_malformed(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Assert.StartsWith($"digest \"{text}\"", Assert.Throws<FormatException>(() => Digest.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_changed_content()
    {
        Digest digest = Digest.Of("content");

        digest.Verify(Encoding.UTF8.GetBytes("content"));
        DigestMismatchException error = Assert.Throws<DigestMismatchException>(() => digest.Verify(Encoding.UTF8.GetBytes("Content")));
        Assert.Equal(digest, error.Expected);
        Assert.Equal(Digest.Of("Content"), error.Actual);
    }
}
