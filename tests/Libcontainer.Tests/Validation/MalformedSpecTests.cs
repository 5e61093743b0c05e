using System.Globalization;
using System.Text;

namespace Wharf.Libcontainer.Tests.Validation;

/// <summary>No document gets past the checks with a mistake that they know, and none makes them fall over.</summary>
public sealed class MalformedSpecTests
{
    private const int Documents = 10_000;

    // Another one each time by WHARF_FUZZ_SEED; a failure names the one that it came of.
    private static readonly int First = int.TryParse(Environment.GetEnvironmentVariable("WHARF_FUZZ_SEED"), CultureInfo.InvariantCulture, out int given) ? given : 1;

    [Fact]
    public void The_document_that_the_mistakes_are_made_in_is_right() => Bundle.Parse(MalformedDocument.Valid, "config.json");

    [Fact]
    public void Ten_thousand_documents_with_one_mistake_are_refused_by_its_place()
    {
        for (int seed = First; seed < First + Documents; seed++)
        {
            MalformedDocument document = MalformedDocument.Of(new Random(seed));
            string message = Refusal(document.Bytes, seed) ?? $"seed {seed}: taken: \"{document.Place}\": {document.Mistake}";
            Assert.True(Names(message, document.Place), $"seed {seed}: \"{document.Place}\": {document.Mistake}: {message}");
            Assert.True(message.Length < 2000, $"seed {seed}: {message.Length} letters");
        }
    }

    [Fact]
    public void Ten_thousand_documents_of_changed_bytes_are_read_or_refused_and_nothing_else()
    {
        int refused = 0;
        for (int seed = First; seed < First + Documents; seed++)
        {
            refused += Refusal(Changed(MalformedDocument.Valid, new Random(seed)), seed) is null ? 0 : 1;
        }

        Assert.InRange(refused, Documents / 2, Documents);
    }

    [Theory]
    [InlineData("", "\"config.json\":")]
    [InlineData("null", "\"config.json\" is empty")]
    [InlineData("[]", "\"config.json\": not an object")]
    [InlineData("{\"process\":{\"args\":[\"a\",", "\"process.args[1]\"")]
    [InlineData("{\"process\":{\"cwd\":\"/", "\"process.cwd\"")]
    [InlineData("{\"linux\":{\"resources\":{\"memory\":{\"limit\":12x}}}}", "\"linux.resources.memory.limit\"")]
    public void A_document_that_ends_early_or_is_none_says_where(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ContainerException>(() => Bundle.Parse(Encoding.UTF8.GetBytes(text), "config.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_document_that_is_nested_without_an_end_is_refused()
    {
        string deep = $"{{\"process\":{{\"args\":{new string('[', 100_000)}";

        Assert.Contains("\"process.args", Assert.Throws<ContainerException>(() => Bundle.Parse(Encoding.UTF8.GetBytes(deep), "config.json")).Message, StringComparison.Ordinal);
        Assert.Throws<ContainerException>(() => Bundle.Parse(Encoding.UTF8.GetBytes($"{{\"unknown\":{new string('[', 100_000)}"), "config.json"));
    }

    [Fact]
    public void A_text_of_megabytes_is_refused_in_a_line()
    {
        string text = new('x', 5_000_000);

        string message = Assert.Throws<ContainerException>(() => Bundle.Parse(Encoding.UTF8.GetBytes($$"""{ "root": { "path": "a" }, "process": { "cwd": "/", "args": ["a"], "rlimits": [{ "type": "{{text}}" }] } }"""), "config.json")).Message;

        Assert.StartsWith("\"process.rlimits[0].type\": invalid rlimit type \"xxx", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 100, 1000);
    }

    [Theory]
    [InlineData("directory", "is not a file")]
    [InlineData("device", "is not a file")]
    [InlineData("nothing", "not found")]
    public void What_is_no_file_is_not_read(string kind, string words)
    {
        string folder = Directory.CreateTempSubdirectory("wharf-test-").FullName;
        try
        {
            string path = Path.Combine(folder, "config.json");
            if (kind == "directory")
            {
                Directory.CreateDirectory(path);
            }
            else if (kind == "device")
            {
                File.CreateSymbolicLink(path, "/dev/zero");
            }

            Assert.Contains(words, Assert.Throws<ContainerException>(() => Bundle.Read(folder, out _)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The message, or null when it was taken; any other exception is the test's failure.</summary>
    private static string? Refusal(byte[] document, int seed)
    {
        try
        {
            Bundle.Parse(document, "config.json");
            return null;
        }
        catch (ContainerException error)
        {
            return error.Message;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed}: {error.Message}: {Encoding.UTF8.GetString(document)}", error);
        }
    }

    /// <summary>The place itself or, for the mistakes that are inside of a value, what is below it.</summary>
    private static bool Names(string message, string place) =>
        message.Contains($"\"{place}\":", StringComparison.Ordinal) || message.Contains($"\"{place}.", StringComparison.Ordinal)
        || message.Contains($"\"{place}[", StringComparison.Ordinal)
        || (place == "root" && message.Contains("\"root.path\":", StringComparison.Ordinal));

    /// <summary>Some spans cut, doubled, moved, or of other bytes, as no editor leaves them.</summary>
    private static byte[] Changed(byte[] bytes, Random random)
    {
        List<byte> changed = [.. bytes];
        for (int change = random.Next(1, 6); change > 0; change--)
        {
            int at = random.Next(changed.Count);
            int length = Math.Min(random.Next(1, 40), changed.Count - at);
            switch (random.Next(6))
            {
                case 0: changed.RemoveRange(at, length); break;
                case 1: changed.InsertRange(random.Next(changed.Count), changed.GetRange(at, length)); break;
                case 2: changed[at] = (byte)random.Next(256); break;
                case 3: changed[at] = "{}[]\",:0-9tfn\\"u8[random.Next(14)]; break;
                case 4: changed.RemoveRange(at, random.Next(8) == 0 ? changed.Count - at : 1); break;
                default:
                    // Digits by others: the structure stays, the numbers do not.
                    for (int index = at; index < changed.Count && index < at + 400; index++)
                    {
                        changed[index] = changed[index] is >= (byte)'0' and <= (byte)'9' ? (byte)('0' + random.Next(10)) : changed[index];
                    }

                    break;
            }

            if (changed.Count == 0)
            {
                break;
            }
        }

        return [.. changed];
    }
}
