using System.Globalization;
using System.Text.Json;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

/// <summary>Writes and reads state.json token by token, for the reason that <see cref="SpecReader"/> gives.</summary>
internal static class ContainerRecordDocument
{
    internal static ReadOnlySpan<byte> Write(ContainerRecord record)
    {
        var json = new RecordWriter();
        json.Begin("id").Text(record.Id);
        json.Next("initPid").Number(record.InitPid);
        json.Next("initStart").Number(record.InitStart);
        if (record.Creating)
        {
            json.Next("creating").Raw("true"u8);
        }

        json.Next("created").Text(record.Created.ToString("O", CultureInfo.InvariantCulture));
        json.Next("bundle").Text(record.Bundle);
        json.Next("rootfs").Text(record.Rootfs);
        json.Next("owner").Number(record.Owner);
        json.Next("cgroupPaths").Texts(record.CgroupPaths);
        json.Next("standardDescriptors").Texts(record.StandardDescriptors);
        if (record.RootlessCgroups)
        {
            json.Next("rootlessCgroups").Raw("true"u8);
        }

        if (record.SystemdUnit is { } unit)
        {
            json.Next("systemdUnit").Text(unit);
        }

        json.Next("spec").Raw(record.SpecDocument ?? JsonSerializer.SerializeToUtf8Bytes(record.Spec, RuntimeJson.Default.RuntimeSpec));
        return json.End();
    }

    /// <summary>Null for a document that is no record.</summary>
    internal static ContainerRecord? Read(ReadOnlySpan<byte> document)
    {
        var json = new Utf8JsonReader(document);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        var record = new ContainerRecord();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            try
            {
                ReadProperty(ref json, name, record);
            }
            catch (Exception error) when (error is InvalidOperationException or FormatException)
            {
                throw new JsonException($"\"{name}\": {error.Message}", error);
            }
        }

        return record;
    }

    private static void ReadProperty(ref Utf8JsonReader json, string name, ContainerRecord record)
    {
        switch (name)
        {
            case "id": record.Id = json.GetString() ?? string.Empty; break;
            case "initPid": record.InitPid = json.GetInt32(); break;
            case "creating": record.Creating = json.GetBoolean(); break;
            case "initStart": record.InitStart = json.GetUInt64(); break;
            case "created": record.Created = json.GetDateTimeOffset(); break;
            case "bundle": record.Bundle = json.GetString() ?? string.Empty; break;
            case "rootfs": record.Rootfs = json.GetString() ?? string.Empty; break;
            case "owner": record.Owner = json.GetUInt32(); break;
            case "cgroupPaths": record.CgroupPaths = List(ref json); break;
            case "rootlessCgroups": record.RootlessCgroups = json.GetBoolean(); break;
            case "standardDescriptors": record.StandardDescriptors = List(ref json); break;
            case "systemdUnit": record.SystemdUnit = json.GetString(); break;
            case "spec": record.Spec = SpecReader.Spec(ref json) ?? new RuntimeSpec(); break;
            default: json.Skip(); break;
        }
    }

    private static List<string> List(ref Utf8JsonReader json)
    {
        var values = new List<string>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            values.Add(json.GetString() ?? string.Empty);
        }

        return values;
    }
}
