using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>The features document says what is there, in the shape that Debian's runc gives it.</summary>
public sealed class FeaturesTests
{
    private readonly JsonElement ours = JsonDocument.Parse(Command.Run(Programs.Runc, "features").Succeeds().Output).RootElement;

    [Fact]
    public void Everything_that_Debians_runc_lists_is_listed()
    {
        string runc = Command.Run("/bin/sh", "-c", "command -v runc || true").Output.Trim();
        Assert.SkipUnless(runc.Length > 0, "runc is not installed");
        JsonElement theirs = JsonDocument.Parse(Command.Run(runc, "features").Succeeds().Output).RootElement;

        // Driver and architectures of its own; i_version is an option of ext4, which gets it as it is.
        string[] own = ["annotations.", "ociVersion", "linux.cgroup.systemd", "linux.seccomp.archs.", "mountOptions.acl", "mountOptions.noacl", "mountOptions.iversion", "mountOptions.noiversion"];
        Assert.DoesNotContain(Lines(theirs).Except(Lines(ours)), line => !own.Any(prefix => line.StartsWith(prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public void Lists_are_in_order_and_without_repeats()
    {
        string[] options = [.. ours.GetProperty("mountOptions").EnumerateArray().Select(option => option.GetString()!)];

        Assert.Equal(options.Distinct().Order(StringComparer.Ordinal), options);
        Assert.Contains("rro", options);
        Assert.Contains("ridmap", options);
    }

    /// <summary>Paths with their values; an element of a list is its value, wherever it stands.</summary>
    private static IEnumerable<string> Lines(JsonElement element, string prefix = "") => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Lines(property.Value, $"{prefix}{property.Name}.")),
        JsonValueKind.Array => element.EnumerateArray().Select(one => $"{prefix}{one}"),
        _ => [$"{prefix}{element}"],
    };
}
