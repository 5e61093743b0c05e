using System.Text.Json.Serialization;

namespace Wharf.Daemon.Http;

[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class HttpJson : JsonSerializerContext;
