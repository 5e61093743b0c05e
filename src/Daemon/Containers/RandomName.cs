using System.Security.Cryptography;

namespace Wharf.Daemon.Containers;

/// <summary>Names for containers that were given none: an adjective and a thing of the waterfront.</summary>
internal static class RandomName
{
    private static readonly string[] Adjectives =
    [
        "able", "agile", "amber", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "cosy", "eager", "early", "fair", "famous", "fast",
        "fresh", "gentle", "glad", "golden", "grand", "happy", "hardy", "honest", "jolly", "keen", "kind", "lively", "loyal", "lucky", "merry", "mighty",
        "neat", "noble", "patient", "plain", "proud", "quick", "quiet", "rapid", "ready", "sharp", "silver", "smart", "solid", "steady", "sunny", "swift",
    ];

    private static readonly string[] Things =
    [
        "anchor", "barge", "beacon", "bollard", "bosun", "buoy", "capstan", "captain", "cargo", "clipper", "compass", "crane", "current", "cutter", "deck",
        "dock", "ferry", "galley", "gangway", "gull", "halyard", "harbour", "hawser", "heron", "hull", "jetty", "keel", "ketch", "lantern", "lighthouse",
        "mast", "mooring", "pelican", "pier", "pilot", "porthole", "quay", "rigging", "rudder", "sail", "schooner", "sextant", "sloop", "tern", "tide", "winch",
    ];

    internal static string Next() => $"{Pick(Adjectives)}_{Pick(Things)}";

    private static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}
