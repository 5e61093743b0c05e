using System.Text.Json;

namespace Wharf.Containerd.Tasks;

/// <summary>Who root of a container is on the host, when its specification maps ids.</summary>
internal static class MappedRoot
{
    /// <summary>The group on the host of the container's group 0; null when groups are not mapped, or 0 is not.</summary>
    public static uint? GroupOf(byte[] specification)
    {
        if (specification.Length == 0)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(specification);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("linux", out JsonElement linux) && linux.ValueKind == JsonValueKind.Object
                && linux.TryGetProperty("gidMappings", out JsonElement mappings) && mappings.ValueKind == JsonValueKind.Array
                ? mappings.EnumerateArray().Where(Holds).Select(one => (uint?)one.GetProperty("hostID").GetUInt32()).FirstOrDefault()
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            // The runtime says what is wrong with it.
            return null;
        }
    }

    private static bool Holds(JsonElement mapping) =>
        mapping.GetProperty("containerID").GetUInt32() == 0 && mapping.GetProperty("size").GetUInt32() > 0 && mapping.GetProperty("hostID").GetUInt32() > 0;
}
