using System.Text.Json;
using CsCheck;
using Wharf.Cli.Templates;

namespace Wharf.Cli.Tests.Templates;

public sealed class TemplateTests
{
    private static readonly JsonElement Document = JsonDocument.Parse("""
        {"Name":"/web","State":{"Pid":42,"Running":true,"Error":""},"Args":["a","b"],"Config":{"Labels":{"x.y":"1","b":"2"},"Env":null},"Size":1.5,"Id":"abc","HostConfig":{"NanoCpus":5},"Server":{"ApiVersion":"1.41"} }
        """).RootElement;

    [Theory]
    [InlineData("{{.Name}}", "/web")]
    [InlineData("{{.State.Pid}} {{.State.Running}}", "42 true")]
    [InlineData("{{json .State}}", "{\"Pid\":42,\"Running\":true,\"Error\":\"\"}")]
    [InlineData("{{range .Args}}<{{.}}>{{end}}", "<a><b>")]
    [InlineData("{{range $i, $v := .Args}}{{$i}}={{$v}};{{end}}", "0=a;1=b;")]
    [InlineData("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}} {{end}}", "b=2 x.y=1 ")]
    [InlineData("{{range .Config.Env}}x{{else}}none{{end}}", "none")]
    [InlineData("{{if .State.Running}}up{{else}}down{{end}}", "up")]
    [InlineData("{{if .State.Error}}bad{{else if eq .State.Pid 42}}good{{end}}", "good")]
    [InlineData("{{with .State}}{{.Pid}}{{end}}", "42")]
    [InlineData("{{index .Config.Labels \"x.y\"}}", "1")]
    [InlineData("{{index .Args 1}}", "b")]
    [InlineData("{{len .Args}}", "2")]
    [InlineData("{{join .Args \",\"}}", "a,b")]
    [InlineData("{{.Name | upper | printf \"%s!\"}}", "/WEB!")]
    [InlineData("{{printf \"%d:%q\" .State.Pid .Name}}", "42:\"/web\"")]
    [InlineData("a {{- \" b \" -}} c", "a b c")]
    [InlineData("{{/* a comment */}}x", "x")]
    [InlineData("{{$x := .Name}}{{$x}}", "/web")]
    [InlineData("{{and true .State.Running}} {{or .State.Error \"none\"}} {{not false}}", "true none true")]
    [InlineData("{{ne 1 2}} {{lt 1 2}} {{ge 2 2}} {{gt 1 2}} {{le 3 2}}", "true true true false false")]
    [InlineData("{{.Args}}", "[a b]")]
    [InlineData("{{.Config.Labels}}", "map[b:2 x.y:1]")]
    [InlineData("plain", "plain")]
    [InlineData("{{slice .Name 1 3}}", "we")]
    [InlineData("{{len .Name}} {{len .Config.Labels}}", "4 2")]
    [InlineData("{{title \"abc\"}} {{lower \"ABC\"}} {{upper \"abc\"}}", "Abc abc ABC")]
    [InlineData("{{range split \"a,b\" \",\"}}[{{.}}]{{end}}", "[a][b]")]
    [InlineData("{{truncate \"abcdef\" 3}}", "abc")]
    [InlineData("{{pad \"x\" 1 2}}|", " x  |")]
    [InlineData("{{println .State.Pid}}", "42\n")]
    [InlineData("{{range $i, $v := .Args}}{{if eq $i 1}}{{break}}{{end}}{{$v}}{{end}}", "a")]
    [InlineData("{{range .Args}}{{if eq . \"a\"}}{{continue}}{{end}}{{.}}{{end}}", "b")]
    [InlineData("{{with .State.Error}}bad{{else}}good{{end}}", "good")]
    [InlineData("{{(index .Args 0)}}{{(.State).Pid}}", "a42")]
    [InlineData("{{$.Name}}{{with .State}}{{$.Name}}{{end}}", "/web/web")]
    [InlineData("{{json .Args}} {{json .Config.Env}}", "[\"a\",\"b\"] null")]
    [InlineData("{{define \"one\"}}<{{.}}>{{end}}{{range .Args}}{{template \"one\" .}}{{end}}", "<a><b>")]
    [InlineData("{{$x := 1}}{{define \"t\"}}{{$.Pid}}{{end}}{{template \"t\" .State}}{{$x}}", "421")]
    [InlineData("{{block \"b\" .State}}{{.Pid}}{{end}}", "42")]
    [InlineData("{{define \"e\"}}x{{end}}{{template \"e\"}}", "x")]
    [InlineData("{{.Size}}", "1.5")]
    [InlineData("{{.ID}} {{.HostConfig.NanoCPUs}} {{.Server.APIVersion}}", "abc 5 1.41")]
    public void Renders_as_gos_templates_do(string template, string text) => Assert.Equal(text, Template.Parse(template).Render(Document));

    [Theory]
    [InlineData("{{.Name")]
    [InlineData("{{end}}")]
    [InlineData("{{if .Name}}x")]
    [InlineData("{{nothere .Name}}")]
    [InlineData("{{$x}}")]
    [InlineData("{{\"open}}")]
    public void What_is_no_template_is_refused(string template) => Assert.Throws<TemplateException>(() => Template.Parse(template).Render(Document));

    [Fact]
    public void No_text_does_more_than_fail() =>
        Gen.String[Gen.Char["{}.$|\"'`-()=:, aNrgeifndwthx0129/*"], 0, 40].Sample(text =>
        {
            try
            {
                Template.Parse("{{" + text + "}}").Render(Document);
            }
            catch (TemplateException)
            {
                // The answer to nonsense.
            }
        });
}
