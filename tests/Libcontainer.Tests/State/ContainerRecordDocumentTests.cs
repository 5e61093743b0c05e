using System.Text.Json;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.State;

/// <summary>state.json is written by hand: what is written is JSON, and is read back as it was.</summary>
public sealed class ContainerRecordDocumentTests
{
    [Theory]
    [InlineData("/plain")]
    [InlineData("/a \"quoted\" \\ path")]
    [InlineData("/control \u0001\u001f\n\t")]
    [InlineData("/größe/日本/🚢")]
    [InlineData("")]
    public void A_record_is_read_as_it_was_written(string text)
    {
        var record = new ContainerRecord
        {
            Id = "id",
            InitPid = int.MaxValue,
            InitStart = ulong.MaxValue,
            Created = new DateTimeOffset(2026, 2, 3, 4, 5, 6, 789, TimeSpan.FromHours(1)),
            Bundle = text,
            Rootfs = text + text,
            Owner = uint.MaxValue,
            CgroupPaths = [text, "/second"],
            SystemdUnit = text.Length == 0 ? null : text,
            Spec = new RuntimeSpec { Hostname = text, OciVersion = "1.3.0" },
        };

        byte[] document = ContainerRecordDocument.Write(record).ToArray();

        using JsonDocument parsed = JsonDocument.Parse(document);
        Assert.Equal(text, parsed.RootElement.GetProperty("bundle").GetString());
        ContainerRecord read = ContainerRecordDocument.Read(document)!;
        Assert.Equal((record.Id, record.InitPid, record.InitStart, record.Created, record.Bundle), (read.Id, read.InitPid, read.InitStart, read.Created, read.Bundle));
        Assert.Equal((record.Rootfs, record.Owner, record.SystemdUnit, record.Spec.Hostname), (read.Rootfs, read.Owner, read.SystemdUnit, read.Spec.Hostname));
        Assert.Equal(record.CgroupPaths, read.CgroupPaths);
    }

    [Fact]
    public void The_callers_document_is_kept_as_it_is()
    {
        byte[] document = ContainerRecordDocument.Write(new ContainerRecord { Id = "id", SpecDocument = """{"ociVersion":"1.2.0","x":[1]}"""u8.ToArray() }).ToArray();

        using JsonDocument parsed = JsonDocument.Parse(document);
        Assert.Equal("""{"ociVersion":"1.2.0","x":[1]}""", parsed.RootElement.GetProperty("spec").GetRawText());
    }
}
