using Wharf.Cli.Commands;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Images;

/// <summary>Has the engine pull an image, and shows how it goes on.</summary>
internal static class ImagePull
{
    /// <param name="session">The engine.</param>
    /// <param name="reference">As the user wrote it.</param>
    /// <param name="platform">Empty: the engine's own.</param>
    /// <param name="output">Where progress is shown; null: nowhere.</param>
    /// <param name="all">Every tag of the repository.</param>
    internal static void Run(Session session, string reference, string platform, TextOutput? output, bool all = false)
    {
        (string name, string tag) = ImageReference.Split(reference);
        string route = new Query("/images/create").Add("fromImage", name).AddIf("tag", all ? "" : tag.Length > 0 ? tag : "latest").AddIf("platform", platform).ToString();
        using EngineResponse response = session.Client.Send("POST", route, null, ("X-Registry-Auth", RegistryAuth.Header(session, ImageReference.Registry(reference))));
        Progress.Show(response, output);
    }
}
