using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wharf.Oci.Runtime;

namespace Wharf.Oci.Tests.Runtime;

/// <summary>The reader by hand beside the serializer's: the same document gives the same records.</summary>
public sealed class SpecReaderTests
{
    private int next = 1;

    [Fact]
    public void Every_property_of_the_model_is_read_as_the_serializer_reads_it()
    {
        var spec = (RuntimeSpec)Filled(typeof(RuntimeSpec));
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec);

        Assert.Equal(Encoding.UTF8.GetString(document), Text(SpecReader.Spec(document)));
    }

    [Fact]
    public void Every_property_is_known_in_another_spelling_and_keys_of_maps_are_not()
    {
        var spec = (RuntimeSpec)Filled(typeof(RuntimeSpec));
        JsonNode document = JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeJson.Default.RuntimeSpec))!;

        foreach (Func<string, string> spelled in new Func<string, string>[] { name => name.ToUpperInvariant(), name => name.ToLowerInvariant() })
        {
            Assert.Equal(document.ToJsonString(), JsonNode.Parse(Text(SpecReader.Spec(Encoding.UTF8.GetBytes(Respelled(document, spelled)!.ToJsonString()))))!.ToJsonString());
        }

        Assert.Equal("b", SpecReader.Spec("{\"ANNOTATIONS\":{\"A\":\"b\"}}"u8)!.Annotations!["A"]);
    }

    [Theory]
    [InlineData("{\"hostname\":\"first\",\"Hostname\":\"last\"}", "last")]
    [InlineData("{\"HostName\":\"first\",\"hostname\":\"last\"}", "last")]
    public void Of_two_spellings_the_last_counts(string document, string hostname)
    {
        Assert.Equal(hostname, SpecReader.Spec(Encoding.UTF8.GetBytes(document))!.Hostname);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"process":null,"mounts":null,"linux":{"resources":null}}""")]
    [InlineData("""{"unknown":{"a":[1,{"b":null}]},"hostname":"a","vm":{},"solaris":[]}""")]
    [InlineData("""{"mounts":[],"annotations":{},"linux":{"namespaces":[{"type":"pid"}],"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"b"}]}}}""")]
    [InlineData("""{"hostname":"é\nü","hostname":"twice"}""")]
    public void Documents_give_what_the_serializer_gives(string document)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(document);

        Assert.Equal(Text(JsonSerializer.Deserialize(bytes, RuntimeJson.Default.RuntimeSpec)), Text(SpecReader.Spec(bytes)));
    }

    [Theory]
    [InlineData("""{"process":{"args":"sh"}}""", "\"process.args\": not an array")]
    [InlineData("""{"process":{"args":[1]}}""", "\"process.args[0]\": not a string")]
    [InlineData("""{"process":{"args":[null]}}""", "\"process.args[0]\": null in an array")]
    [InlineData("""{"process":{"user":{"uid":-1}}}""", "\"process.user.uid\": not an unsigned number")]
    [InlineData("""{"process":{"user":{"uid":4294967296}}}""", "\"process.user.uid\": number out of range")]
    [InlineData("""{"process":{"terminal":"yes"}}""", "\"process.terminal\": not true or false")]
    [InlineData("""{"linux":{"resources":{"memory":{"limit":1.5}}}}""", "\"linux.resources.memory.limit\": not a number")]
    [InlineData("""{"annotations":{"a":1}}""", "\"annotations.a\": not a string")]
    [InlineData("[]", "not an object")]
    public void A_value_of_another_kind_is_an_error_that_names_the_place(string document, string message)
    {
        Assert.Equal(message, Assert.ThrowsAny<JsonException>(() => SpecReader.Spec(Encoding.UTF8.GetBytes(document))).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"process\":{\"args\":[")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"hostname\":\"\\ud800\"}")]
    public void What_is_no_document_is_an_error(string document)
    {
        Assert.ThrowsAny<JsonException>(() => SpecReader.Spec(Encoding.UTF8.GetBytes(document)));
    }

    /// <summary>The names of objects, but not those of maps, which Filled calls "key N".</summary>
    private static JsonNode? Respelled(JsonNode? node, Func<string, string> spelled) => node switch
    {
        JsonObject one => new JsonObject(one.Select(pair => KeyValuePair.Create(pair.Key.StartsWith("key ", StringComparison.Ordinal) ? pair.Key : spelled(pair.Key), Respelled(pair.Value, spelled)))),
        JsonArray list => new JsonArray([.. list.Select(value => Respelled(value, spelled))]),
        _ => node?.DeepClone(),
    };

    private static string Text(RuntimeSpec? spec) => JsonSerializer.Serialize(spec, RuntimeJson.Default.RuntimeSpec!);

    /// <summary>A value of a type with something in every property, each different.</summary>
    private object Filled(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return "text " + next++;
        }

        if (type == typeof(bool))
        {
            return true;
        }

        if (type.IsPrimitive)
        {
            return Convert.ChangeType(next++, type, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type.GenericTypeArguments))!;
            list.Add(Filled(type.GenericTypeArguments[0]));
            list.Add(Filled(type.GenericTypeArguments[0]));
            return list;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.GenericTypeArguments))!;
            map.Add("key " + next++, Filled(type.GenericTypeArguments[1]));
            map.Add("key " + next++, Filled(type.GenericTypeArguments[1]));
            return map;
        }

        object value = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties().Where(property => property.CanWrite))
        {
            property.SetValue(value, Filled(property.PropertyType));
        }

        return value;
    }
}
