namespace Wharf.Cli.Credentials;

/// <summary>A user's access to one registry.</summary>
/// <param name="User">Empty with a token.</param>
/// <param name="Password">Empty with a token.</param>
/// <param name="Token">An identity token that stands for the password; else empty.</param>
internal sealed record Credential(string User, string Password, string Token);
