using System.Formats.Tar;
using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Commands;
using Wharf.Cli.Credentials;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Containers;

/// <summary>--use-api-socket: the container sees the engine's socket, and this user's credentials in a configuration folder of its own.</summary>
internal sealed class ApiSocket
{
    private const string SocketPath = "/var/run/docker.sock";
    private const string Folder = "run/secrets/docker";
    private readonly Session session;
    private readonly byte[] configuration;

    private ApiSocket(Session session, byte[] configuration)
    {
        this.session = session;
        this.configuration = configuration;
    }

    /// <summary>Adds the mount to the flags and the folder to the variables. Null when there are no credentials to copy.</summary>
    internal static ApiSocket? Prepare(Session session, FlagValues flags, List<string> environment)
    {
        flags.Set(RunFlags.All.First(flag => flag.Name == "mount"), $"type=bind,source={SocketPath},target={SocketPath}");
        IReadOnlyList<(string Server, Credential Credential)> known = CredentialStore.All(session);
        if (known.Count == 0 || environment.Any(variable => variable.StartsWith("DOCKER_CONFIG=", StringComparison.Ordinal)))
        {
            return null;
        }

        environment.Add($"DOCKER_CONFIG=/{Folder}");
        return new ApiSocket(session, JsonText.Object(writer =>
        {
            writer.WriteStartObject("auths");
            foreach ((string server, Credential credential) in known)
            {
                writer.WriteStartObject(server);
                writer.WriteString("auth", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Password}")));
                writer.WriteTextIf("identitytoken", credential.Token);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }).ToArray());
    }

    internal void CopyCredentials(string container)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            string path = "";
            foreach (string part in Folder.Split('/'))
            {
                path += part + "/";
                tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, path) { Mode = (UnixFileMode)0x1ed });
            }

            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, Folder + "/config.json") { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite, DataStream = new MemoryStream(configuration) });
        }

        archive.Position = 0;
        session.Client.Send("PUT", new Query(Routes.Container(container) + "/archive").Add("path", "/").ToString(), RequestContent.Archive(archive)).Dispose();
    }
}
