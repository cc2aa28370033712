// O que o livro acrescenta ao mdBook: a busca que dispensa acentos, os textos em português que os
// programas dele escrevem em inglês, e o que ajuda a ler e a imprimir.
//
// Roda depois da elasticlunr e antes de searcher.js e de book.js (veja index.hbs).
'use strict';

// A busca. O índice que vem pronto distingue os acentos, corta as palavras como se fossem inglesas e não vê
// o `bind` de `TcpListener::bind`. Quando se abre a busca, ele é refeito com o texto das páginas, palavra por
// palavra e sem acentos.
(function busca() {
    if (!window.elasticlunr) {
        return;
    }
    const { Index } = elasticlunr;

    const sem_acentos = texto => texto.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    const palavras = texto => sem_acentos(texto).match(/[\p{L}\p{N}]+/gu) || [];
    // "portas" acha "porta", e "conexões" acha "conexão": a busca completa o fim da palavra.
    const raiz = palavra => palavra.replace(/^(.{4,}?)(?:oes|aes|ao|es|is|ns|s)$/, '$1');

    elasticlunr.tokenizer = texto => palavras(String(texto ?? ''));

    Index.load = pronto => {
        const indice = new Index();
        indice.setRef(pronto.ref);
        pronto.fields.forEach(campo => indice.addField(campo));
        Object.values(pronto.documentStore.docs).forEach(doc => {
            // "udp firewall": uma palavra pode estar só no nome do capítulo. No trecho, o texto é só o texto.
            indice.addDoc({ ...doc, body: `${doc.breadcrumbs} ${doc.body}` });
            indice.documentStore.addDoc(doc[pronto.ref], doc);
        });
        // A palavra inteira vale mais do que o começo dela.
        indice.search = (texto, opcoes) => {
            const procura = termos => Index.prototype.search.call(indice, termos.join(' '), opcoes);
            const inteiras = new Map(procura(palavras(texto)).map(achado => [achado.ref, achado.score]));
            return procura(palavras(texto).map(raiz))
                .map(achado => ({ ...achado, score: achado.score + (inteiras.get(achado.ref) || 0) }))
                .sort((um, outro) => outro.score - um.score);
        };
        return indice;
    };

    // searcher.js destaca, no trecho de cada resultado, as palavras que para a stemmer começam como o termo.
    elasticlunr.stemmer = texto => {
        // O trecho já vem com entidades: &#34;bind&#34;.
        const partes = palavras(texto.replace(/&#?\w+;/g, ' '));
        return {
            partes,
            startsWith: termo => termo.partes.length > 0 && termo.partes.map(raiz).every(
                comeco => partes.some(parte => parte.startsWith(comeco))),
        };
    };
})();

// O que searcher.js e book.js escrevem. Um observador corre antes de a tela ser pintada: nada pisca.
(function portugues() {
    const observa = (quem, faz) => quem && new MutationObserver(faz).observe(quem, { childList: true });

    const total = document.getElementById('mdbook-searchresults-header');
    observa(total, () => {
        const [, quantos, termo] =
            total.textContent.match(/^(\d+|No) search results? for '(.*)'[:.]$/s) || [];
        if (quantos) {
            total.textContent = quantos === 'No'
                ? `Nenhum resultado para “${termo}”.`
                : `${quantos} ${quantos === '1' ? 'resultado' : 'resultados'} para “${termo}”:`;
        }
    });

    const resultados = document.getElementById('mdbook-searchresults');
    observa(resultados, () => {
        resultados.querySelectorAll('.teaser').forEach(trecho => {
            trecho.setAttribute('aria-label', 'Trecho da página');
        });
    });

    // No livro.css está o que se vê; aqui, o que se lê em voz alta e o que se copia.
    const caixas = {
        Note: 'Nota', Tip: 'Dica', Important: 'Importante', Warning: 'Atenção', Caution: 'Cuidado',
    };
    document.querySelectorAll('.blockquote-tag-title').forEach(titulo => {
        const texto = titulo.lastChild;
        texto.textContent = caixas[texto.textContent.trim()] || texto.textContent;
    });

    const avisos = { 'Copied!': 'Copiado!', 'Clipboard error!': 'Não foi possível copiar' };
    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('.clip-button').forEach(botao => {
            botao.title = 'Copiar';
            botao.setAttribute('aria-label', botao.title);
            const aviso = botao.querySelector('.tooltiptext');
            observa(aviso, () => {
                if (avisos[aviso.textContent]) {
                    aviso.textContent = avisos[aviso.textContent];
                }
            });
        });
    });
})();

(function leitura() {
    // As marcas que dizem ao mdBook onde começa e acaba um trecho não são parte do programa.
    document.querySelectorAll('code.language-rust').forEach(codigo => {
        codigo.textContent = codigo.textContent.replace(/^[ \t]*\/\/ ANCHOR(_END)?: .*\n?/gm, '');
    });

    // No celular, uma tabela de textos vira fichas (veja livro.css): cada parte diz de que coluna é.
    document.querySelectorAll('.table-wrapper > table').forEach(tabela => {
        if (tabela.querySelector('td[style*="right"]')) {
            return;
        }
        const colunas = Array.from(tabela.tHead.rows[0].cells, titulo => titulo.textContent);
        tabela.classList.add('fichas');
        tabela.querySelectorAll('td').forEach(parte => {
            parte.dataset.coluna = colunas[parte.cellIndex];
        });
    });

    const abre = quais => document.querySelectorAll(quais).forEach(dobra => { dobra.open = true; });
    // Quem chega pela busca vê o que procurou, mesmo dentro de uma solução; no papel não há o que abrir.
    document.addEventListener('DOMContentLoaded', () => abre('details:has(mark)'));
    window.addEventListener('beforeprint', () => abre('details'));
})();
