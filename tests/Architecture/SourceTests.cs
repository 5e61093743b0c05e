using System.Text.RegularExpressions;

namespace Wharf.Architecture;

/// <summary>Rules of docs/architecture.md that a reader of the source can check.</summary>
public sealed partial class SourceTests
{
    [Fact]
    public void Only_src_Linux_calls_native_code_or_is_unsafe()
    {
        string linux = Path.Combine(Checkout.Root, "src", "Linux") + "/";
        IEnumerable<string> offenders = Checkout.Sources()
            .Where(path => !path.StartsWith(linux, StringComparison.Ordinal))
            .Where(path => NativeCode().IsMatch(File.ReadAllText(path)));

        Assert.Empty(offenders);
    }

    [Fact]
    public void A_native_signature_stands_once()
    {
        IEnumerable<string> repeated = Checkout.Sources()
            .SelectMany(path => NativeSignature().Matches(File.ReadAllText(path)))
            .Select(match => Spaces().Replace(match.Groups[1].Value, " "))
            .GroupBy(signature => signature)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key);

        Assert.Empty(repeated);
    }

    [Fact]
    public void No_file_is_named_for_nothing()
    {
        Assert.DoesNotContain(Checkout.Sources(), path => NamesNothing().IsMatch(path));
    }

    [GeneratedRegex(@"^\s*\[(LibraryImport|DllImport)|\bunsafe\b(?=\s+(static|class|struct|void|int|byte|\{|partial|ref|delegate|fixed|nint|bool))", RegexOptions.Multiline)]
    private static partial Regex NativeCode();

    [GeneratedRegex(@"\[LibraryImport\([^\]]*\)\]\s*(?:\[[^\]]*\]\s*)*(?:internal|private|public) static (?:unsafe )?partial ([^;]*);")]
    private static partial Regex NativeSignature();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(Utils?|Helpers?|Common|Misc|Managers?)(\.cs|/)", RegexOptions.IgnoreCase)]
    private static partial Regex NamesNothing();
}
