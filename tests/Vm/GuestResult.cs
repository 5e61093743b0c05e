using System.Xml.Linq;

namespace Wharf.Vm;

/// <summary>One test as the guest's runner has reported it.</summary>
internal sealed record GuestResult(string Class, string Name, string Outcome, string Words)
{
    internal static IReadOnlyList<GuestResult> Read(string document) =>
        [.. XDocument.Load(document).Descendants("test").Select(test => new GuestResult(
            test.Attribute("type")!.Value,
            test.Attribute("name")!.Value,
            test.Attribute("result")!.Value,
            (test.Element("failure")?.Element("message")?.Value ?? test.Element("reason")?.Value ?? string.Empty) + "\n" + test.Element("failure")?.Element("stack-trace")?.Value))];
}
