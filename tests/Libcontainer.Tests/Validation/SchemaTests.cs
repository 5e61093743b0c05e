using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Libcontainer.Tests.Validation;

/// <summary>The checks of a config.json beside the schemas of runtime-spec: what those refuse is refused, and their samples are read.</summary>
public sealed class SchemaTests
{
    private const int Documents = 1000;

    [Fact]
    public void The_document_that_the_mistakes_are_made_in_fits() =>
        // A schema of version 1.0.2 knows no time namespace.
        Assert.DoesNotContain(Schema().Faults(JsonDocument.Parse(MalformedDocument.Valid).RootElement), fault => !fault.StartsWith("$.linux.namespaces[7]", StringComparison.Ordinal));

    [Fact]
    public void What_the_schema_refuses_is_refused()
    {
        JsonSchema schema = Schema();
        int refused = 0;
        for (int seed = 0; seed < Documents; seed++)
        {
            byte[] document = MalformedDocument.Of(new Random(seed)).Bytes;
            if (IsRefused(schema, document))
            {
                refused++;
                Assert.Throws<ContainerException>(() => Bundle.Parse(document, $"seed {seed}"));
            }
        }

        // Most mistakes are of another kind of value, which a schema sees.
        Assert.InRange(refused, Documents / 4, Documents);
    }

    [Fact]
    public void The_samples_that_a_container_can_be_made_of_are_read_and_the_bad_ones_are_not()
    {
        string folder = Path.Combine(RuntimeSchemas.Folder ?? "/nothing", "test", "config");
        Assert.SkipUnless(Directory.Exists(folder), "no samples of runtime-spec");
        Assert.Equal("slartibartfast", Bundle.Parse(File.ReadAllBytes(Path.Combine(folder, "good", "spec-example.json")), "example").Hostname);
        foreach (string bad in Directory.GetFiles(Path.Combine(folder, "bad")))
        {
            Assert.Throws<ContainerException>(() => Bundle.Parse(File.ReadAllBytes(bad), bad));
        }
    }

    private static JsonSchema Schema()
    {
        JsonSchema? schema = RuntimeSchemas.Find("config");
        Assert.SkipWhen(schema is null, "no config-schema.json of runtime-spec");
        return schema!;
    }

    private static bool IsRefused(JsonSchema schema, byte[] document)
    {
        try
        {
            return schema.Faults(JsonDocument.Parse(document).RootElement).Count > 0;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // No JSON, or a text that is none: nothing for a schema to see.
            return false;
        }
    }
}
