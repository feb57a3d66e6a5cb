<?cs # api_tool_auth.cs: how requests of an API tool are authorized.
  Reads, besides layout.cs, part_ui.cs and part_api_tool.cs:
    Items.N.Text                  text            "API key in the header X-Key"
    Items.N.Scheme                text, optional  as the description calls it; absent: it goes with every request
    Items.N.State.*               pill
    Items.N.Missing               bool            its secret is still to be entered
    Items.N.Url                   url
    Items.N.RemoveUrl             url             POST, field version
    Oauth.Text, .TokenUrl         text, optional  absent: there is no OAuth 2.0
    Oauth.Url, .ConnectUrl        url
    Oauth.RemoveUrl               url             POST, field version
    Oauth.AddUrl                  url, optional
    Schemes.N.Name, .Text         text            what the description names, and is not set up
    Schemes.N.Url                 url, optional   absent: it cannot be
    Kinds.N.Label, .Url           text, url       to add one by hand
    Unconfirmed.N.Text            text            origins that secrets are not sent to yet
    Form.Version                  int
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
call:page_head({{api_tools.auth_title name=Tool.Name}}) ?><?cs call:app_open() ?>
<?cs call:tool_crumbs() ?>
<h1>{{api_tools.authorization}}</h1>
<p class="lede">{{api_tools.auth_lede name=Tool.Name}}</p>
<?cs if:subcount(Unconfirmed) ?><div class="banner banner-warn"><p>{{api_tools.unconfirmed origins=call:plain_list(Unconfirmed)}} {{api_tools.unconfirmed_next}}</p></div><?cs /if ?>
<?cs if:subcount(Items) || ?Oauth.Text ?>
<ul class="rows">
  <?cs each:item = Items ?><li class="row">
    <div class="row-main"><h2 class="row-title"><?cs var:item.Text ?></h2>
      <p class="row-meta"><?cs if:?item.Scheme ?><?cs var:item.Scheme ?><?cs else ?>{{api_tools.every_request}}<?cs /if ?></p></div>
    <div class="row-state"><?cs call:pill(item.State) ?></div>
    <div class="row-actions">
      <a class="button<?cs if:item.Missing ?> button-primary<?cs /if ?>" href="<?cs var:item.Url ?>"><?cs if:item.Missing ?>{{api_tools.enter}}<?cs else ?>{{provider.edit}}<?cs /if ?><span class="visually-hidden"> <?cs var:item.Text ?></span></a>
      <form method="post" action="<?cs var:item.RemoveUrl ?>"><?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>"><button type="submit" class="button button-danger" data-busy="{{button.removing}}">{{button.remove}}<span class="visually-hidden"> <?cs var:item.Text ?></span></button></form>
    </div>
  </li>
  <?cs /each ?><?cs if:?Oauth.Text ?><li class="row">
    <div class="row-main"><h2 class="row-title"><?cs var:Oauth.Text ?></h2><p class="row-meta"><?cs var:Oauth.TokenUrl ?></p></div>
    <div class="row-state"><a href="<?cs var:Oauth.ConnectUrl ?>">{{api_tools.connections}}</a></div>
    <div class="row-actions">
      <a class="button" href="<?cs var:Oauth.Url ?>">{{provider.edit}}<span class="visually-hidden"> <?cs var:Oauth.Text ?></span></a>
      <form method="post" action="<?cs var:Oauth.RemoveUrl ?>"><?cs call:csrf_field() ?><input type="hidden" name="version" value="<?cs var:Form.Version ?>"><button type="submit" class="button button-danger" data-busy="{{button.removing}}">{{button.remove}}<span class="visually-hidden"> <?cs var:Oauth.Text ?></span></button></form>
    </div>
  </li><?cs /if ?>
</ul><?cs else ?>
<div class="empty">
  <h2>{{api_tools.no_method}}</h2>
  <p>{{api_tools.no_method_text}}</p>
</div><?cs /if ?>
<?cs if:subcount(Schemes) ?>
<section aria-labelledby="named">
<div class="section-head"><h2 id="named">{{api_tools.named}}</h2></div>
<ul class="rows">
  <?cs each:scheme = Schemes ?><li class="row">
    <div class="row-main"><h3><?cs var:scheme.Text ?></h3><p class="row-meta"><?cs var:scheme.Name ?></p></div>
    <div class="row-state"></div>
    <div class="row-actions"><?cs if:?scheme.Url ?><a class="button" href="<?cs var:scheme.Url ?>">{{api_tools.set_up}}<span class="visually-hidden"> <?cs var:scheme.Name ?></span></a><?cs /if ?></div>
  </li>
  <?cs /each ?>
</ul>
</section><?cs /if ?>
<section aria-labelledby="by-hand">
<div class="section-head"><h2 id="by-hand">{{api_tools.by_hand}}</h2></div>
<p class="lede">{{api_tools.by_hand_text}}</p>
<div class="actions tool-actions">
  <?cs each:kind = Kinds ?><a class="button" href="<?cs var:kind.Url ?>"><?cs var:kind.Label ?></a>
  <?cs /each ?><?cs if:?Oauth.AddUrl ?><a class="button" href="<?cs var:Oauth.AddUrl ?>">{{api_tools.add_oauth2}}</a><?cs /if ?>
</div>
</section>
<p class="foot"><a href="<?cs var:Tool.Url ?>">{{button.back_to label=Tool.Name}}</a></p>
<?cs call:app_close() ?>
