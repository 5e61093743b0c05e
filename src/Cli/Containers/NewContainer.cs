using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Commands;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Containers;

/// <summary>Creates a container, and pulls its image first when there is none and that is allowed.</summary>
internal static class NewContainer
{
    /// <summary>The id.</summary>
    internal static string Create(Session session, FlagValues flags, string image, IReadOnlyList<string> command, AttachedStreams attached)
    {
        string policy = flags.Text("pull", "missing");
        if (policy is not ("missing" or "always" or "never"))
        {
            throw new InvalidSettingException($"invalid pull option: '{policy}': must be one of \"always\", \"missing\" or \"never\"");
        }

        if (!IsImageId(image))
        {
            ImageReference.Check(image);
        }

        // Described in full before anything is asked of the engine or left on the disk.
        List<string> environment = [.. Variables.Environment(flags.All("env-file"), flags.All("env"))];
        environment.AddRange(ProxySettings.Variables(session, environment));
        ApiSocket? socket = flags.Is("use-api-socket") ? ApiSocket.Prepare(session, flags, environment) : null;
        ReadOnlyMemory<byte> body = CreateBody.Write(flags, image, command, attached, environment);
        using ContainerIdFile? idFile = flags.Has("cidfile") ? ContainerIdFile.Open(flags.Text("cidfile")) : null;
        if (policy == "always")
        {
            Pull(session, flags, image);
        }

        string route = new Query("/containers/create").AddIf("name", flags.Text("name")).AddIf("platform", Platform(flags)).ToString();
        JsonElement answer;
        try
        {
            answer = Post(session, route, body);
        }
        catch (EngineException error) when (error.Status == 404 && policy == "missing" && error.Message.Contains("No such image", StringComparison.OrdinalIgnoreCase))
        {
            if (!flags.Is("quiet"))
            {
                session.Error.Line($"Unable to find image '{ImageReference.WithTag(image)}' locally");
            }

            Pull(session, flags, image);
            answer = Post(session, route, body);
        }

        foreach (string warning in answer.Texts("Warnings"))
        {
            session.Error.Line("WARNING: " + warning);
        }

        string id = answer.Text("Id");
        if (id.Length == 0)
        {
            throw new ProtocolException("POST /containers/create: the answer holds no id");
        }

        idFile?.Write(id);
        socket?.CopyCredentials(id);
        return id;
    }

    /// <summary>As asked, or what this user's variable asks of every image; empty: the engine's own.</summary>
    internal static string Platform(FlagValues flags) => flags.Text("platform", Session.Variable("DOCKER_DEFAULT_PLATFORM") ?? "");

    private static bool IsImageId(string image) => image.StartsWith("sha256:", StringComparison.Ordinal);

    private static JsonElement Post(Session session, string route, ReadOnlyMemory<byte> body)
    {
        using EngineResponse response = session.Client.Send("POST", route, RequestContent.Json(body));
        return response.ReadJson();
    }

    private static void Pull(Session session, FlagValues flags, string image) =>
        ImagePull.Run(session, image, Platform(flags), flags.Is("quiet") ? null : session.Error);
}
