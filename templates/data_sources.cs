<?cs # data_sources.cs: every data source as a card.
  Reads, besides layout.cs:
    Search.Url                     url             GET, field q
    Search.Query                   text, optional  what was searched for; absent = everything is shown
    Search.Count                   int             how many are shown
    Providers.N.Label              text
    Providers.N.Description        text
    Providers.N.Url                url             the provider's page
    Providers.N.Icon.Letter        text            1-2 letters
    Providers.N.Icon.Tone          enum(ink|blue|teal|green|amber|orange|red|violet)
    Providers.N.State.Kind         enum(ok|warn|bad|none)
    Providers.N.State.Text         text            "2 connected", "Not connected", "OAuth client not set up", "Needs no authorization"
    Providers.N.ApiKey             bool            capability tag API Key
    Providers.N.Oauth              bool            capability tag OAuth
    Refused.Count                  int, optional   provider files that could not be used; absent = none
    Refused.Operator               bool            the visitor is the operator: Refused.Items is filled
    Refused.Items.N.File           text            file name
    Refused.Items.N.Reason         text            what is wrong in it
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_provider.cs" ?><?cs
call:page_head({{nav.data_sources}}) ?><?cs call:app_open() ?>
<div class="page-head">
  <h1>{{nav.data_sources}}</h1>
  <p class="lede">{{data_sources.lede}}</p>
  <?cs call:provider_search({{data_sources.search}}) ?>
</div>
<?cs call:provider_refused("data_source") ?>
<?cs if:subcount(Providers) ?><?cs call:provider_found() ?><?cs call:provider_cards(Providers, "") ?><?cs
elif:?Search.Query ?>
<div class="empty">
  <h2>{{list.nothing}}</h2>
  <p>{{data_sources.nothing query=Search.Query a=Search.Url}}</p>
</div><?cs else ?>
<div class="empty">
  <h2>{{data_sources.none}}</h2>
  <p>{{list.not_installed}}</p>
</div><?cs /if ?>
<?cs call:app_close() ?>
