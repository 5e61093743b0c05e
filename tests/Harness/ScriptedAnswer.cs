using System.Text;

namespace Wharf.Harness;

/// <summary>What a <see cref="ScriptedRegistry"/> answers, well or badly.</summary>
public sealed record ScriptedAnswer(int Status)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>A Content-Length that is not the body's.</summary>
    public long? ClaimedLength { get; init; }

    /// <summary>The connection closes after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>After so many bytes of the body nothing more comes.</summary>
    public int? StallAfter { get; init; }

    /// <summary>Not even headers come.</summary>
    public bool Silent { get; init; }

    public static ScriptedAnswer Error(int status, string code, string message) => new(status)
    {
        Headers = [("Content-Type", "application/json")],
        Body = Encoding.UTF8.GetBytes($$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}"""),
    };

    public static ScriptedAnswer Redirect(string location) => new(307) { Headers = [("Location", location)] };

    public static ScriptedAnswer Challenge(string challenge) => Error(401, "UNAUTHORIZED", "authentication required") with
    {
        Headers = [("WWW-Authenticate", challenge)],
    };
}
